using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Ports;

/// <summary>The rows of one table in a bulk write.</summary>
/// <param name="Table">The table.</param>
/// <param name="Buffer">Where the rows' cells are.</param>
/// <param name="Rows">The indexes in the buffer of the rows to write, one for each key, in the order of the keys.</param>
internal sealed record BulkRows(TableStatements Table, RowBuffer Buffer, ReadOnlyMemory<int> Rows)
{
    /// <summary>
    /// The revisions that <c>cdc_models</c> has of the table, null for no row of it. Where it has others, another worker has changed the table, and nothing may be written.
    /// </summary>
    public required string? Revisions { get; init; }

    /// <summary>
    /// When the oldest row was made, in µs. Where the table's horizon or newest snapshot in <c>cdc_models</c> is later, nothing may be written. The writer sees to it that neither moves past
    /// it before the transaction ends.
    /// </summary>
    public required long Oldest { get; init; }

    /// <summary>Whether <c>cdc_models</c> exists; if not, neither condition applies.</summary>
    public required bool HasModels { get; init; }
}
