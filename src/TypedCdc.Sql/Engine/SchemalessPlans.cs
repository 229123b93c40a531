using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>The plans of untyped tables.</summary>
internal static class SchemalessPlans
{
    /// <summary>Refuses a table that does not exist and may not be created.</summary>
    /// <exception cref="SchemaDriftException">It is so; the plan says what would create it.</exception>
    public static void RequireTable(this SchemalessShape shape, MigrationRules rules, PresentTable present, bool mayAdd)
    {
        if (present.Columns.Count == 0 && !mayAdd)
        {
            var plan = MigrationPlan.Make(rules, shape.ToTarget(0, ValueLimits.None), present).ToString();
            throw new SchemaDriftException(
                $"The table '{shape.SqlName}' of the DynamoDB table '{shape.TableName}' does not exist, and the sink's MigrationMode does not allow to create it. Start the sink once with AddOnly: it also registers how the table is kept. What it would run:\n{plan}",
                plan);
        }
    }
}
