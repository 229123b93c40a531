using System.Globalization;
using TypedCdc.Benchmarks.Harness;
using TypedCdc.Services;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>
/// <c>--filter sinks</c>: all ways of writing rows in one run, on a PostgreSQL of its own and on SQLite. <c>--rows N</c> (default 30,000), <c>--samples N</c> (default 3),
/// <c>--way text</c> for only some of them (the ceiling always runs).
/// </summary>
internal static class SinkBenchmarks
{
    public static async Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var args = arguments.All;
        var rows = int.Parse(Option(args, "--rows") ?? (arguments.IsShort ? "2000" : "30000"), CultureInfo.InvariantCulture);
        var samples = int.Parse(Option(args, "--samples") ?? (arguments.IsShort ? "1" : "3"), CultureInfo.InvariantCulture);
        var only = Option(args, "--way");
        var inserts = BenchRow.Make(rows, "INSERT", 1);
        var updates = BenchRow.Make(rows, "MODIFY", 2);
        var server = new PostgreSql();
        await server.EnsureStartedAsync();
        try
        {
            await using var postgres = new PostgresWays(server.ConnectionString, inserts, updates);
            await using var sqlite = new SqliteWays(inserts, updates);
            var ways = (await postgres.CreateAsync()).Concat(sqlite.Create()).Where(way => only is null || way.Name.Contains("ceiling", StringComparison.Ordinal) || $"{way.Group}/{way.Name}".Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();

            // The ways take turns, so that a slow moment of the machine falls on all of them alike.
            for (var sample = -1; sample < samples; sample++)
            {
                foreach (var way in ways)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await way.SampleAsync(isWarmUp: sample < 0);
                }
            }

            Print(report, ways);
            if (only is null || "batch sizes".Contains(only, StringComparison.OrdinalIgnoreCase))
            {
                await postgres.MeasureBatchSizesAsync(report, Math.Min(samples, 2), cancellationToken);
            }

            return AreEqual(ways) ? 0 : 1;
        }
        finally
        {
            await server.StopAsync();
        }
    }

    /// <summary>What a group's rates are divided by: all of PostgreSQL's by the raw COPY, all of SQLite's by the plain append.</summary>
    private static Measurement Ceiling(List<Measurement> ways, Measurement way) =>
        ways.First(one => one.Name.Contains("ceiling", StringComparison.Ordinal) && one.Group.StartsWith("SQLite", StringComparison.Ordinal) == way.Group.StartsWith("SQLite", StringComparison.Ordinal));

    private static void Print(BenchmarkReport report, List<Measurement> ways)
    {
        foreach (var group in ways.GroupBy(static way => way.Group))
        {
            var dapper = group.FirstOrDefault(static way => way.Name.StartsWith("Dapper, list", StringComparison.Ordinal))?.RowsPerSecond;
            var table = new BenchmarkTable($"Sinks: {group.Key}, medians", "way", "rows/s", "÷ ceiling", "must", "goal", "÷ Dapper", "client B/row", "client µs/row", "server µs/row");
            foreach (var way in group)
            {
                table.Add(
                    way.Name, way.RowsPerSecond, Math.Round(way.RowsPerSecond / Ceiling(ways, way).RowsPerSecond, 4), way.Targets?.Must ?? (object)"", way.Targets?.Goal ?? (object)"",
                    dapper is { } peer ? Math.Round(way.RowsPerSecond / peer, 2) : "", Math.Round(way.BytesPerRow, 1), way.ClientTime, way.ServerTime);
            }

            report.Add(table);
        }

        Console.WriteLine();
        Console.WriteLine(AreEqual(ways) ? "All ways of a group wrote the same rows, by checksum." : "CHECKSUMS DIFFER:");
        if (!AreEqual(ways))
        {
            foreach (var way in ways)
            {
                Console.WriteLine($"  {way.Group} / {way.Name}: {way.Checksum}");
            }
        }
    }

    private static bool AreEqual(List<Measurement> ways) =>
        ways.Where(static way => way.Checksum is not null).GroupBy(static way => way.Group).All(static group => group.Select(static way => way.Checksum).Distinct(StringComparer.Ordinal).Count() == 1);

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var place && place >= 0 && place + 1 < args.Length ? args[place + 1] : null;
}
