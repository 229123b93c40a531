namespace TypedCdc.Postgres;

/// <summary>
/// Up to which size a write goes in one statement with arrays instead of by COPY. A COPY takes rows for less, but needs four round trips (COPY, its data, the statement behind it,
/// COMMIT) where arrays need one; what is measured is in tests/TypedCdc.Benchmarks/Engine/README.md.
/// </summary>
internal sealed record WritePaths
{
    /// <summary>What is measured best.</summary>
    public static WritePaths Default { get; } = new();

    /// <summary>The most rows of a write that goes by arrays. The default value is 500.</summary>
    public int DirectRows { get; init; } = 500;

    /// <summary>The most bytes of such rows: arrays are text, and the server has them all in memory. The default value is 256 KiB.</summary>
    public int DirectBytes { get; init; } = 256 * 1024;
}
