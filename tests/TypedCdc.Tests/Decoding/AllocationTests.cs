namespace TypedCdc.Tests.Decoding;

/// <summary>The general path allocates the change, its models and their strings, and nothing else. Counts are exact.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Parsing_and_scanning_allocate_nothing()
    {
        ReadOnlyMemory<byte> utf8 = Records.Utf8(Records.Captured[0]);
        var model = CdcModel.Get<Customer>();
        Assert.Equal(0, Measure(() =>
        {
            var record = CdcRecord.Parse(utf8);
            Span<TypedCdc.Decoding.AttributeSlot> slots = stackalloc TypedCdc.Decoding.AttributeSlot[4];
            var keys = record.ScanKeys(model, slots);
            var id = keys[0].GetInteger<long>();
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
        var byHand = Measure(() =>
        {
            Keep = new string('x', 7);
            Keep = new string('x', 7);
            Keep = new string('x', 7);
            Keep = new string('x', 7);
            Keep = new Customer { UserId = 8 };
            Keep = new Customer { UserId = 8 };
        });
        var ofChange = Measure(() => Keep = new Modified<Customer>(default(ChangeHeader) with { TableName = "", Region = "" }, default, change.Before, true, null, change.After, true, null));
        Assert.Equal(byHand + ofChange, Measure(() => Keep = CdcRecord.Decode<Customer>(utf8)));
    }

    private static object? Keep;

    private static long Measure(Action action)
    {
        for (var i = 0; i < 50; i++)
        {
            action();
        }

        // The least of several runs: the runtime may allocate for itself in between, never less.
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        GC.KeepAlive(Keep);
        return least;
    }
}
