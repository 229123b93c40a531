using TypedCdc.Benchmarks.Harness;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>The relational sinks and the other ways of writing rows.</summary>
internal sealed class SinkSuite : IBenchmarkSuite
{
    public string Name => "sinks";

    public string About => "rows a second into PostgreSQL and SQLite, all ways in one run; --rows N, --samples N, --way TEXT";

    public Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken) => SinkBenchmarks.RunAsync(report, arguments, cancellationToken);
}
