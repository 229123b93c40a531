namespace TypedCdc.Benchmarks.Harness;

/// <summary>The command line.</summary>
/// <param name="Filters">The names of the suites to run; none for all.</param>
/// <param name="JsonFile">Where the tables go as JSON; null for nowhere.</param>
/// <param name="IsShort">A run that shows that everything works, whatever its figures.</param>
/// <param name="IsHelp">Only say what there is.</param>
/// <param name="All">The whole command line, for options of a suite's own.</param>
internal sealed record Arguments(IReadOnlyList<string> Filters, string? JsonFile, bool IsShort, bool IsHelp, string[] All)
{
    public const string Usage = """
        Usage: dotnet run -c Release --project tests/TypedCdc.Benchmarks -- [options]

          --filter SUITE   only this suite; may be repeated, or several parted by commas
          --json FILE      writes the tables as JSON as well
          --short          few samples: shows that everything works, its figures mean nothing
          --quick          decode: fewer orders and samples, under a minute
          --svg FILE       decode: writes a chart of the ratios
          --help           this text and the suites with options of their own
        """;

    /// <summary>The value of an option of a suite's own; null where it is missing.</summary>
    public string? Option(string name) => Array.IndexOf(All, name) is var index and >= 0 && index + 1 < All.Length ? All[index + 1] : null;

    public static Arguments Parse(string[] args)
    {
        var filters = new List<string>();
        string? json = null;
        for (var i = 0; i + 1 < args.Length; i++)
        {
            switch (args[i])
            {
                case "--filter":
                    filters.AddRange(args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                    break;
                case "--json":
                    json = args[++i];
                    break;
            }
        }

        return new(filters, json, args.Contains("--short", StringComparer.Ordinal), args.Any(static arg => arg is "--help" or "-h"), args);
    }
}
