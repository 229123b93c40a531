using System.Runtime.CompilerServices;
using TypedCdc.Decoding;

namespace TypedCdc.Tests.Decoding;

/// <summary>What the generator writes as <c>Customer.View</c>, by hand.</summary>
internal readonly ref struct CustomerView : ICdcView<CustomerView>
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly int _map;
    private readonly Slots _slots;

    [InlineArray(4)]
    private struct Slots
    {
        private AttributeSlot _slot;
    }

    private CustomerView(ReadOnlySpan<byte> record, int map, scoped ReadOnlySpan<AttributeSlot> slots)
    {
        _record = record;
        _map = map;
        slots[..4].CopyTo(_slots);
    }

    static CdcModel? ICdcView<CustomerView>.Model => CdcModel.Get<Customer>();

    static AttributeTable ICdcView<CustomerView>.Attributes => CdcModel.Get<Customer>().Attributes;

    static CustomerView ICdcView<CustomerView>.Create(ReadOnlySpan<byte> record, int map, scoped ReadOnlySpan<AttributeSlot> slots) => new(record, map, slots);

    AttributeSlot ICdcView<CustomerView>.GetSlot(int ordinal) => _slots[ordinal];

    private AttributeValueReader this[int ordinal] => AttributeValueReader.Create(_record, _slots[ordinal], CdcModel.Get<Customer>().Attributes, ordinal, _map);

    public long UserId => this[0].GetInteger<long>();

    public CdcText FirstName => this[1].GetText();

    public CdcText LastName => this[2].GetText();

    public long? Phone => this[3].IsNull ? null : this[3].GetInteger<long>();
}
