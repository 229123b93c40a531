using System.Diagnostics;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>One way of writing rows, and its samples.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="group">Ratios are taken within one group, against its first.</param>
/// <param name="rows">How many rows one sample writes: the slow ways write fewer.</param>
/// <param name="prepare">Makes the table as the way finds it.</param>
/// <param name="write">Writes the rows.</param>
/// <param name="checksum">A checksum over the rows written; null where the way writes fewer rows.</param>
/// <param name="serverTime">The server's processor time up to now, in µs; null where there is no server.</param>
/// <param name="targets">What the ratio to the ceiling has to be and what it is to be, of a way of ours (performance.md); null for the others.</param>
internal sealed class Measurement(
    string name, string group, int rows, Func<Task> prepare, Func<Task> write, Func<Task<string>>? checksum, Func<double>? serverTime = null, (double Must, double Goal)? targets = null)
{
    private readonly List<double> _rowsPerSecond = [];
    private readonly List<double> _bytesPerRow = [];
    private readonly List<double> _clientTime = [];
    private readonly List<double> _serverTime = [];

    public string Name => name;

    public string Group => group;

    public int Rows => rows;

    public string? Checksum { get; private set; }

    public double RowsPerSecond => Median(_rowsPerSecond);

    public double BytesPerRow => Median(_bytesPerRow);

    /// <summary>µs of this process's processors a row.</summary>
    public double ClientTime => Median(_clientTime);

    /// <summary>µs of the server's processors a row; NaN where there is no server.</summary>
    public double ServerTime => serverTime is null ? double.NaN : Median(_serverTime);

    public (double Must, double Goal)? Targets => targets;

    public async Task SampleAsync(bool isWarmUp)
    {
        await prepare();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var server = serverTime?.Invoke();
        var client = CpuTime.OfThisProcess();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await write();
        clock.Stop();
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        client = CpuTime.OfThisProcess() - client;
        server = serverTime?.Invoke() - server;
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
            _clientTime.Add(client / rows);
            _serverTime.Add(server / rows ?? double.NaN);
        }
    }

    private static double Median(List<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
