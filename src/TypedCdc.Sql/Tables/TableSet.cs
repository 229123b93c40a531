namespace TypedCdc.Sql;

/// <summary>The tables that a sink keeps.</summary>
/// <param name="Tables">Each at its <see cref="TargetTable.Index"/>.</param>
/// <param name="Migrations">What may be done to those that do not fit.</param>
internal sealed record TableSet(IReadOnlyList<TargetTable> Tables, MigrationMode Migrations)
{
    /// <summary>Refuses tables that would meet in the database under one name.</summary>
    /// <param name="hasSchemas">Whether tables of different schemas are different tables. Where not, names do not differ by case alone either: so it is in SQLite.</param>
    /// <exception cref="InvalidOperationException">Two of them do.</exception>
    public void RequireDistinctNames(bool hasSchemas)
    {
        var names = new Dictionary<string, CdcModel>(hasSchemas ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (var table in Tables)
        {
            Take(table.Model, table.Schema, table.Name);
            Take(table.Model, table.Schema, SqlName.OfTable(table.Name));
            Take(table.Model, table.Schema, SqlName.OfTable(table.Name) + "_ties");
        }

        foreach (var history in Histories)
        {
            Take(history.Model, history.Schema, history.Name);
        }

        void Take(CdcModel model, string? schema, string name)
        {
            var full = hasSchemas ? SqlName.Quote(schema, name) : name;
            if (!names.TryAdd(full, model))
            {
                throw new InvalidOperationException(
                    $"The models '{names[full].ClrType}' and '{model.ClrType}' would both have a table or view '{name}'. Give one of them another SqlName"
                    + (hasSchemas ? "." : "; SQLite has no schemas, so that SqlSchema does not tell them apart, and its names do not differ by case."));
            }
        }
    }

    /// <summary>When removed items are forgotten; null for never.</summary>
    public PurgePolicy? Purge { get; init; }

    /// <summary>The append-only tables of changes.</summary>
    public IReadOnlyList<HistoryTable> Histories { get; init; } = [];

    /// <summary>How much older than its scan's start a row of a table without a model is taken to be, in microseconds.</summary>
    public long SnapshotMargin { get; init; }

    /// <summary>What is kept of DynamoDB tables without a model.</summary>
    public IReadOnlyList<SchemalessRule> Schemaless { get; init; } = [];
}
