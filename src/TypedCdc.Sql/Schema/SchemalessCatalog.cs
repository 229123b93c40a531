namespace TypedCdc.Sql.Schema;

/// <summary>One state of a sink's tables.</summary>
/// <param name="All">Each at its <see cref="TargetTable.Index"/>.</param>
/// <param name="Tables">Those without a model, by the DynamoDB table's name.</param>
internal sealed record SchemalessCatalog(IReadOnlyList<TargetTable> All, IReadOnlyDictionary<string, SchemalessTable> Tables)
{
    /// <summary>The tables of this sink; without those that are another's.</summary>
    public IEnumerable<TargetTable> Written => All.Except(Tables.Values.Where(static table => table.Shape.Refusal is not null).Select(static table => table.Target));
}

/// <summary>A table without a model.</summary>
/// <param name="Shape">What it looks like.</param>
/// <param name="Target">As the engine writes it.</param>
internal sealed record SchemalessTable(SchemalessShape Shape, TargetTable Target);
