using TypedCdc.Decoding;

namespace TypedCdc.Tests.Decoding;

/// <summary>The general path allocates the change, its models and their strings, and nothing else. Counts are exact.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Parsing_and_scanning_allocate_nothing()
    {
        ReadOnlyMemory<byte> utf8 = Records.Utf8(Records.Captured[0]);
        var model = CdcModel.Get<Customer>();
        Assert.Equal(0, Allocation.Of(() =>
        {
            var record = CdcRecord.Parse(utf8);
            Span<AttributeSlot> slots = stackalloc AttributeSlot[4];
            var id = record.ScanKeys(model, slots)[0].GetInteger<long>();
            var image = record.ScanNewImage(model, slots);
            if (id != 8 || image[3].GetDecimal() != 8 || record.GetKeyHash() == 0)
            {
                throw new InvalidOperationException();
            }
        }));
    }

    [Fact]
    public void Decoding_allocates_the_change_its_models_and_their_strings_only()
    {
        var utf8 = Records.Utf8(Records.Captured[0]);
        var change = (Modified<Customer>)CdcRecord.Decode<Customer>(utf8);
        var byHand = Allocation.Of(() =>
        {
            for (var i = 0; i < 4; i++)
            {
                Allocation.Keep(new string('x', 7));
            }

            Allocation.Keep(new Customer { UserId = 8 });
            Allocation.Keep(new Customer { UserId = 8 });
            Allocation.Keep(new Modified<Customer>(new() { TableName = "", Region = "" }, default, change.Before, true, null, change.After, true, null));
        });
        Assert.Equal(byHand, Allocation.Of(() => Allocation.Keep(CdcRecord.Decode<Customer>(utf8))));
    }

    [Fact]
    public void Typed_getters_allocate_nothing()
    {
        var utf8 = Records.Utf8("""{"L":[{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"},{"S":"2024-07-12T01:17:42\u005a"},{"N":"123456789012345678901234567890.5"},{"S":"Paid"},{"N":"7"}]}""");
        var slot = AttributeScanner.ScanValue(utf8, 0, out _);
        Assert.Equal(0, Allocation.Of(() =>
        {
            var i = 0;
            foreach (var element in new AttributeValueReader(utf8, slot, null).EnumerateList())
            {
                _ = i++ switch
                {
                    0 => element.GetGuid() == default,
                    1 => element.GetDateTimeOffset() == default,
                    2 => element.GetNumber().IsZero || element.GetDouble() == 0,
                    3 => element.GetEnum<TypedGetterTests.Plan>() == TypedGetterTests.Plan.Free,
                    _ => element.GetInteger<int>() + element.GetInteger<byte>() + element.GetUnixSeconds().Ticks == 0,
                };
            }
        }));
    }
}
