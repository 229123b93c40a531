using System.Diagnostics;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>One way of writing rows, and its samples.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="group">Ratios are taken within one group, against its first.</param>
/// <param name="rows">How many rows one sample writes: the slow ways write fewer.</param>
/// <param name="prepare">Makes the table as the way finds it.</param>
/// <param name="write">Writes the rows.</param>
/// <param name="checksum">A checksum over the rows written; null where the way writes fewer rows.</param>
internal sealed class Measurement(string name, string group, int rows, Func<Task> prepare, Func<Task> write, Func<Task<string>>? checksum)
{
    private readonly List<double> _rowsPerSecond = [];
    private readonly List<double> _bytesPerRow = [];
    private readonly List<double> _processorPerRow = [];

    public string Name => name;

    public string Group => group;

    public int Rows => rows;

    public string? Checksum { get; private set; }

    public double RowsPerSecond => Median(_rowsPerSecond);

    public double BytesPerRow => Median(_bytesPerRow);

    /// <summary>Processor time of this process, µs a row. For SQLite that is all of it; other processes disturb it less than they do the clock.</summary>
    public double ProcessorPerRow => Median(_processorPerRow);

    public async Task SampleAsync(bool isWarmUp)
    {
        await prepare();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var processor = CpuTime.OfThisProcess();
        var clock = Stopwatch.StartNew();
        await write();
        clock.Stop();
        processor = CpuTime.OfThisProcess() - processor;
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        if (checksum is not null)
        {
            var found = await checksum();
            if (Checksum is not null && Checksum != found)
            {
                throw new InvalidOperationException($"'{name}' wrote other rows than before.");
            }

            Checksum = found;
        }

        if (!isWarmUp)
        {
            _rowsPerSecond.Add(rows / clock.Elapsed.TotalSeconds);
            _bytesPerRow.Add(bytes / (double)rows);
            _processorPerRow.Add(processor / rows);
        }
    }

    private static double Median(List<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
