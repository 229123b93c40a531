using TypedCdc.Decoding;

namespace TypedCdc.Sql.Schema;

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
        var names = new Dictionary<string, Owner>(hasSchemas ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (var table in Tables)
        {
            TakeAll(new(table.Model, null), table.Schema, table.Name);
        }

        foreach (var history in Histories)
        {
            Take(new(history.Model, null), history.Schema, history.Name);
        }

        // What a pattern matches is found when its first record comes.
        foreach (var rule in Schemaless)
        {
            if (rule.Pattern.IsExact && !Tables.Any(table => string.Equals(table.SourceTable, rule.Tables, StringComparison.Ordinal)))
            {
                TakeAll(new(null, rule.Tables), rule.SqlSchema, rule.SqlName ?? SchemalessNames.OfTable(rule.Tables));
            }
        }

        void TakeAll(Owner owner, string? schema, string name)
        {
            Take(owner, schema, name);
            Take(owner, schema, SqlName.OfTable(name));
            Take(owner, schema, SqlName.OfTable(name) + "_ties");
        }

        void Take(Owner owner, string? schema, string name)
        {
            var full = hasSchemas ? SqlName.Quote(schema, name) : name;
            if (!names.TryAdd(full, owner))
            {
                throw new InvalidOperationException(
                    $"{names[full].And(owner)} would both have a table or view '{name}'. Give one of them another SqlName"
                    + (hasSchemas ? "." : "; SQLite has no schemas, so that SqlSchema does not tell them apart, and its names do not differ by case."));
            }
        }
    }

    /// <summary>Whose a name is: a model's, or a DynamoDB table's without one.</summary>
    private readonly record struct Owner(CdcModel? Model, string? TableName)
    {
        public string And(Owner other) => Model is { } one && other.Model is { } two
            ? $"The models '{one.ClrType}' and '{two.ClrType}'"
            : $"{Describe("The")} and {other.Describe("the")}";

        private string Describe(string article) => Model is { } model ? $"{article} model '{model.ClrType}'" : $"{article} DynamoDB table '{TableName}'";
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
