namespace TypedCdc.Sql;

/// <summary>The tables that a sink keeps.</summary>
/// <param name="Tables">Each at its <see cref="TargetTable.Index"/>.</param>
/// <param name="Migrations">What may be done to those that do not fit.</param>
internal sealed record TableSet(IReadOnlyList<TargetTable> Tables, MigrationMode Migrations)
{
    /// <summary>When removed items are forgotten; null for never.</summary>
    public PurgePolicy? Purge { get; init; }

    /// <summary>The append-only tables of changes.</summary>
    public IReadOnlyList<HistoryTable> Histories { get; init; } = [];
}
