namespace TypedCdc.Benchmarks.Harness;

/// <summary>What is measured together and against each other, in one folder of this project.</summary>
internal interface IBenchmarkSuite
{
    /// <summary>The name for <c>--filter</c>.</summary>
    string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    string About { get; }

    /// <summary>Measures, and adds tables to the report.</summary>
    /// <param name="report">Takes the tables.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The exit code: 0 where what was compared did the same.</returns>
    Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken);
}
