using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Tests.Decoding;

/// <summary>A model with one attribute that takes anything.</summary>
internal sealed record Any;

internal sealed class AnyModel : CdcModel<Any>
{
    private const AttributeKind Everything = (AttributeKind)((1 << 10) - 1);

    public override AttributeTable Attributes { get; } = new(new AttributeSpec("userid", AttributeKind.N, true, "an N"), new AttributeSpec("x", Everything, false, "anything"));

    public override TableSchema Schema { get; } = TestSchema.Of("any", 0, -1, ("userid", AttributeKind.N), ("x", Everything));

    public override Any Read(in ItemReader item) => new();

    public override object ReadKey(in ItemReader keys) => keys[0].GetInteger<long>();

    public override void Write(Utf8JsonWriter writer, Any value) => throw new NotSupportedException();
}

/// <summary>More attributes than stand on the stack or in the mask's two words.</summary>
internal sealed record Wide(long Sum);

internal sealed class WideModel : CdcModel<Wide>
{
    internal const int Count = 301;

    public override AttributeTable Attributes { get; } = new([.. Enumerable.Range(0, Count).Select(i => new AttributeSpec($"a{i}", AttributeKind.N, true, "an N"))]);

    public override TableSchema Schema { get; } = TestSchema.Of("wide", 0, -1, [.. Enumerable.Range(0, Count).Select(i => ($"a{i}", AttributeKind.N))]);

    public override Wide Read(in ItemReader item)
    {
        var sum = 0L;
        for (var i = 0; i < Count; i++)
        {
            sum += item[i].GetInteger<long>();
        }

        return new(sum);
    }

    public override object ReadKey(in ItemReader keys) => keys[0].GetInteger<long>();

    public override void Write(Utf8JsonWriter writer, Wide value) => throw new NotSupportedException();
}

/// <summary>A model whose own code throws.</summary>
internal sealed record Refusing;

internal sealed class RefusingModel : CdcModel<Refusing>
{
    public override AttributeTable Attributes { get; } = new(new AttributeSpec("userid", AttributeKind.N, true, "an N"));

    public override TableSchema Schema { get; } = TestSchema.Of("refusing", 0, -1, ("userid", AttributeKind.N));

    public override Refusing Read(in ItemReader item) => throw new InvalidTimeZoneException("no");

    public override object ReadKey(in ItemReader keys) => throw new InvalidTimeZoneException("no");

    public override void Write(Utf8JsonWriter writer, Refusing value) => throw new NotSupportedException();
}
