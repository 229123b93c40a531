using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>Another worker has added columns to a table without a model since this one looked. Nothing was written; the sink looks again and writes anew.</summary>
internal sealed class StaleShapeException(TargetTable table) : Exception($"The table '{table.Name}' has got further columns.")
{
    public TargetTable Table { get; } = table;
}
