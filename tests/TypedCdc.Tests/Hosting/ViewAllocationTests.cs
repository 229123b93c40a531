using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Sources;
using TypedCdc.Tests.Decoding;

namespace TypedCdc.Tests.Hosting;

/// <summary>Runs alone: what is measured is what the whole process allocates.</summary>
[CollectionDefinition("Allocation", DisableParallelization = true)]
public sealed class AllocationCollection;

/// <summary>
/// The whole way of a change through the engine, from the published batch to the watermark: what a run of changes costs does not depend on how many changes it has. Both
/// measurements have the same batches and the same runs of the handler; one has sixteen times the changes.
/// </summary>
[Collection("Allocation")]
public class ViewAllocationTests
{
    private const int Batches = 60;
    private const int Few = 16;
    private const int Many = 256; // a run of a view handler

    [Theory]
    [InlineData("plain")]
    [InlineData("keys filter")]
    [InlineData("deduplication")]
    public async Task A_change_costs_no_allocation(string options)
    {
        var few = new List<long>();
        var many = new List<long>();
        var counter = new Counter();
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            for (var round = 0; round < 6; round++)
            {
                few.Add(await MeasureAsync(source, channel, Few));
                many.Add(await MeasureAsync(source, channel, Many));
            }
        });
        using var host = new TestHost(
            cdc => cdc.From(source).HandleViews<CustomerView, Handler>(o =>
            {
                if (options == "keys filter")
                {
                    o.WhereKeys(keys => keys.UserId >= 0);
                }
                else if (options == "deduplication")
                {
                    o.Deduplication = new() { Window = 1_000 };
                }
            }),
            builder => builder.Services.AddSingleton(counter));
        await host.RunAsync();

        // Rounds differ by what the runtime does beside; the least is what the pipeline costs.
        var perChange = (many.Skip(1).Min() - few.Skip(1).Min()) / (double)(Batches * (Many - Few));
        Assert.True(perChange < 1, $"{perChange:N2} B a change: {string.Join(' ', few)} | {string.Join(' ', many)}");
        Assert.True(counter.Sum > 0);
    }

    private static async Task<long> MeasureAsync(ScriptedSource source, IShardChannel channel, int records)
    {
        var batches = Enumerable.Range(0, Batches).Select(batch => source.Batch(Enumerable.Range(0, records).Select(user => Record(user, batch)))).ToArray();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        foreach (var batch in batches)
        {
            await channel.PublishAsync(batch, CancellationToken.None);
            await channel.DrainAsync(CancellationToken.None);
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static string Record(int user, int batch) => Events.Modify(user, "a", "b").Replace("\"eventID\":\"e\"", $"\"eventID\":\"{Guid.NewGuid()}\"", StringComparison.Ordinal)
        .Replace("1667565639982", (1667565639982 + batch).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private sealed class Counter
    {
        internal long Sum { get; set; }
    }

    private sealed class Handler(Counter counter) : ViewHandler<CustomerView>
    {
        public override void OnModified(scoped in ChangeView<CustomerView> change) => counter.Sum += change.After.UserId + change.After.FirstName.Raw.Length;
    }
}
