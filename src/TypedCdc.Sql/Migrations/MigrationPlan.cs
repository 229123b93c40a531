using System.Text;

namespace TypedCdc.Sql;

/// <summary>What has to be done to a table so that it fits its model, and what cannot be done.</summary>
internal sealed class MigrationPlan
{
    private readonly List<string> _steps = [];
    private readonly List<string> _widenings = [];
    private readonly List<string> _drift = [];
    private readonly TargetTable _table;

    private MigrationPlan(TargetTable table) => _table = table;

    /// <summary>The statements, in their order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>What no statement of ours mends.</summary>
    public IReadOnlyList<string> Drift => _drift;

    /// <summary>The columns that rows written before now lack.</summary>
    public List<string> AddedColumns { get; } = [];

    /// <summary>Whether the table is made by this plan.</summary>
    public bool CreatesTable { get; private init; }

    /// <summary>Compares a table with its model.</summary>
    public static MigrationPlan Make(MigrationRules rules, TargetTable table, PresentTable present)
    {
        if (present.Columns.Count == 0)
        {
            var create = new MigrationPlan(table) { CreatesTable = true };
            create._steps.AddRange(rules.CreateTable(table.Sql));
            if (!rules.CreatesOwnColumns)
            {
                create._steps.AddRange(rules.AddColumns(rules.TableName(table.Sql), rules.OwnColumns.Select(static column => column.Definition)));
            }

            return create;
        }

        var plan = new MigrationPlan(table);
        var columns = present.Columns.ToDictionary(static column => column.Name, StringComparer.Ordinal);
        plan.CompareKeys(table.Sql, present.Columns);
        plan.CompareColumns(rules, table.Sql, columns);
        plan.CompareView(rules, table.Sql, present.View);
        plan.CompareIndexes(rules, table.Sql, present.Indexes);
        return plan;
    }

    /// <summary>The statements that a mode lets run.</summary>
    /// <exception cref="SchemaDriftException">The mode does not allow what has to be done, or nothing does it.</exception>
    public IReadOnlyList<string> Allow(MigrationMode mode)
    {
        string? obstacle = _drift.Count > 0 ? "no migration of the sink's can mend it"
            : mode == MigrationMode.Validate && _steps.Count + _widenings.Count > 0 ? "the sink's MigrationMode is Validate"
            : mode != MigrationMode.Widen && _widenings.Count > 0 ? "widening a column needs MigrationMode.Widen"
            : null;
        return obstacle is null ? [.. _widenings, .. _steps] : throw new SchemaDriftException($"The table '{_table.Sql.Name}' does not fit the model '{_table.Model.ClrType}', and {obstacle}.\n{this}", ToString());
    }

    /// <summary>The plan, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var drift in _drift)
        {
            text.Append("-- cannot be mended: table '").Append(SqlName.OfTable(_table.Sql.Name)).Append("': ").Append(drift).Append('\n');
        }

        foreach (var step in _widenings.Concat(_steps))
        {
            text.Append(step).Append('\n');
        }

        return text.ToString();
    }

    private void CompareKeys(SqlTable table, IReadOnlyList<PresentColumn> columns)
    {
        var present = columns.Where(static column => column.KeyPosition > 0).OrderBy(static column => column.KeyPosition).Select(static column => column.Name);
        var wanted = table.Keys.Select(static key => key.Name);
        if (!present.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            _drift.Add($"its primary key is ({string.Join(", ", present)}), the model's is ({string.Join(", ", wanted)}). A key is never changed in place: give the model another SqlName and load that table anew, or give the model the key back.");
        }
    }

    private void CompareColumns(MigrationRules rules, SqlTable table, Dictionary<string, PresentColumn> present)
    {
        var missing = new List<string>();
        foreach (var column in table.Columns)
        {
            var declared = rules.TypeOf(column);
            if (!present.TryGetValue(column.Name, out var found))
            {
                if (column.Key == SqlKey.None)
                {
                    missing.Add(rules.ColumnDefinition(column));
                    AddedColumns.Add(column.Name);
                }

                continue;
            }

            if (column.Key == SqlKey.None && !found.IsNullable)
            {
                _drift.Add($"the column '{column.Name}' is NOT NULL, which a tombstone cannot be. Drop its NOT NULL.");
            }

            var wanted = rules.Normalize(declared);
            if (string.Equals(found.Type, wanted, StringComparison.OrdinalIgnoreCase) || rules.IsWider(found.Type, wanted))
            {
                continue;
            }

            if (column.Key == SqlKey.None && rules.Widen(rules.TableName(table), rules.QuoteColumn(column.Name), found.Type, wanted) is { } widening)
            {
                _widenings.Add(widening);
            }
            else
            {
                _drift.Add($"the column '{column.Name}' is {found.Type}, the model's is {wanted}. {(column.Key == SqlKey.None
                    ? "Give the member a [CdcColumn] of another name, which adds a column beside it; or the type that the table has; or change the column yourself"
                    : "Give the model another SqlName and load that table anew; or the type that the table has")}.");
            }
        }

        var known = table.Columns.Select(static column => column.Name).Concat(rules.OwnColumns.Select(static column => column.Name))
            .Append(SqlName.Version).Append(SqlName.DeletedAt).ToHashSet(StringComparer.Ordinal);
        _drift.AddRange(present.Values.Where(column => !known.Contains(column.Name) && !column.IsNullable && !column.HasDefault)
            .Select(static column => $"the column '{column.Name}', which the model does not have, is NOT NULL without a default. Give it one, or drop its NOT NULL."));
        foreach (var own in (string[])[SqlName.Version, SqlName.DeletedAt])
        {
            if (!present.ContainsKey(own))
            {
                _drift.Add($"the column '{own}' is missing: the table was not made by this sink. Give the model another SqlName.");
            }
        }

        missing.AddRange(rules.OwnColumns.Where(column => !present.ContainsKey(column.Name)).Select(static column => column.Definition));
        _steps.AddRange(rules.AddColumns(rules.TableName(table), missing));
    }

    private void CompareIndexes(MigrationRules rules, SqlTable table, IReadOnlyList<string> present) => _steps.AddRange(table.Indexes
        .Where(index => !present.Contains(index.Name, StringComparer.Ordinal))
        .Select(index => rules.CreateIndex(table, index))
        .OfType<string>());

    private void CompareView(MigrationRules rules, SqlTable table, IReadOnlyList<string> view)
    {
        var wanted = table.Columns.Select(static column => column.Name);
        if (_widenings.Count > 0 || !view.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            // A column that the view shows cannot change under it, and CREATE OR REPLACE only appends.
            var drop = rules.DropView(table);
            if (_widenings.Count > 0)
            {
                _widenings.Insert(0, drop);
            }
            else if (!rules.AppendsToViews || !wanted.Take(view.Count).SequenceEqual(view, StringComparer.Ordinal))
            {
                _steps.Add(drop);
            }

            _steps.Add(rules.CreateView(table));
        }
    }
}
