namespace TypedCdc.Sql.Ports;

/// <summary>
/// Writes many rows faster than the dialect's statements can: a session that has such a way implements this beside <see cref="ISqlSession"/>. It writes what is simple and says what is
/// left; the engine then does the rest with statements, row by row where it must.
/// </summary>
internal interface IBulkWriter
{
    /// <summary>
    /// Writes rows in one transaction: of each key the given row, where the table has none or one of an older time (the first 19 characters of <c>cdc_ver</c>), and forgets remembered ties
    /// of older times of the rows that were written. A table whose <see cref="BulkRows.Revisions"/> or <see cref="BulkRows.Oldest"/> does not hold keeps as it is.
    /// </summary>
    /// <param name="tables">The rows by table, in the order in which every worker writes tables.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was done, one for each of <paramref name="tables"/>. Durable on return.</returns>
    /// <exception cref="Exception">Nothing was written, and <see cref="SqlDialect.Classify"/> tells why. Rows that the database refuses are not an error: they are left.</exception>
    ValueTask<IReadOnlyList<BulkResult>> WriteAsync(IReadOnlyList<BulkRows> tables, CancellationToken cancellationToken);
}
