namespace TypedCdc.Sql.Ports;

/// <summary>What a bulk write did to one table.</summary>
/// <param name="Written">How many rows were written.</param>
/// <param name="Tombstones">How many of those are tombstones.</param>
/// <param name="Left">
/// The rows that are left for the engine, in the order in which they were given: those whose key has another version of the same time, and those that the database refuses. What is neither here nor written was stale.
/// </param>
internal sealed record BulkResult(long Written, long Tombstones, IReadOnlyList<int> Left)
{
    /// <summary>Nothing was written to the table: every row is left.</summary>
    public static BulkResult None(ReadOnlyMemory<int> rows) => new(0, 0, rows.ToArray());

    /// <summary>The way in which the rows were written, for the metric <c>cdc.sink.table_writes</c>.</summary>
    public BulkPath Path { get; init; }
}
