using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>What has to be done to a table so that it fits its model, and what cannot be done.</summary>
internal sealed class MigrationPlan
{
    private readonly List<string> _steps = [];
    private readonly List<string> _widenings = [];
    private readonly List<(string Name, string Statement)> _besides = [];
    private readonly List<string> _drift = [];
    private readonly TargetTable _table;
    private readonly HashSet<string> _retyped = new(StringComparer.Ordinal); // the columns whose types change

    private MigrationPlan(TargetTable table) => _table = table;

    public TargetTable Table => _table;

    /// <summary>The statements, in their order: those that widen, then all others.</summary>
    public IReadOnlyList<string> Statements => [.. _widenings, .. _steps];

    /// <summary>The indexes that are made behind the statements, outside of their transaction, beside those who write.</summary>
    public IReadOnlyList<(string Name, string Statement)> Indexes => _besides;

    /// <summary>Whether columns get wider types.</summary>
    public bool Retypes => _retyped.Count > 0;

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
            if (table.History is not null)
            {
                create._steps.AddRange(rules.CreateTable(table.Sql));
                return create;
            }

            create.RequireOwnView(rules, table.Sql, present);
            if (table.Schema is { } schema && rules.CreateSchema(schema) is { } createSchema)
            {
                create._steps.Add(createSchema);
            }

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
        if (table.History is not null)
        {
            return plan;
        }

        plan.RequireOwnView(rules, table.Sql, present);
        plan.CompareView(rules, table.Sql, present);
        plan.CompareIndexes(rules, table.Sql, present.Indexes);
        return plan;
    }

    /// <summary>Adds statements for the tables that the sink keeps for itself beside this one.</summary>
    public void AddOwn(IEnumerable<string> statements) => _steps.AddRange(statements);

    /// <summary>Why a mode does not let the plan run; null where it does.</summary>
    public string? Obstacle(MigrationMode mode) => _drift.Count > 0 ? "no migration of the sink's can mend it"
        : mode == MigrationMode.Validate && _steps.Count + _widenings.Count + _besides.Count > 0 ? "the sink's MigrationMode is Validate"
        : mode != MigrationMode.Widen && _widenings.Count > 0 ? "widening a column needs MigrationMode.Widen"
        : null;

    /// <summary>The statements that a mode lets run.</summary>
    /// <exception cref="SchemaDriftException">The mode does not allow what has to be done, or nothing does it.</exception>
    public IReadOnlyList<string> Allow(MigrationMode mode) => Obstacle(mode) is { } obstacle ? throw new SchemaDriftException($"{Says(obstacle)}\n{this}", ToString()) : Statements;

    /// <summary>An obstacle as an error says it.</summary>
    public string Says(string obstacle) => $"The table '{_table.Sql.Name}' does not fit the model '{_table.Owner}', and {obstacle}.";

    /// <summary>The plan, for people.</summary>
    public override string ToString() => DriftText + StepsText;

    /// <summary>A line for each thing that no statement of ours mends.</summary>
    public string DriftText => string.Concat(_drift.Select(drift => $"-- cannot be mended: table '{_table.TableName}': {drift}\n"));

    /// <summary>A line for each statement.</summary>
    public string StepsText => string.Concat(Statements.Concat(_besides.Select(static index => index.Statement)).Select(static step => (step.Contains(';', StringComparison.Ordinal) ? step : step + ";") + "\n"));

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
            if (present.TryGetValue(column.Name, out var found))
            {
                CompareColumn(rules, table, column, found);
            }
            else if (column.Key == SqlKey.None)
            {
                missing.Add(rules.ColumnDefinition(column));
                AddedColumns.Add(column.Name);
            }
        }

        if (_table.History is not null)
        {
            _drift.AddRange(_table.Columns.Where(column => column.Key == SqlKey.None && column.Attribute.IsRequired && !present.ContainsKey(column.Attribute.ColumnName))
                .Select(static column => $"the column '{column.Attribute.ColumnName}' is missing: the table was not made by this sink. Give the history another SqlName."));
        }

        var known = table.Columns.Select(static column => column.Name).Concat(rules.OwnColumns.Select(static column => column.Name))
            .Append(SqlName.Version).Append(SqlName.DeletedAt).ToHashSet(StringComparer.Ordinal);
        _drift.AddRange(present.Values.Where(column => !known.Contains(column.Name) && !column.IsNullable && !column.HasDefault)
            .Select(column => $"the column '{column.Name}', which the model does not have, is NOT NULL without a default. Give it one, or drop its NOT NULL{ByHand(rules.DropNotNull(rules.TableName(table), rules.QuoteColumn(column.Name)))}."));
        foreach (var own in (string[])[SqlName.Version, SqlName.DeletedAt])
        {
            if (_table.History is not null)
            {
                continue;
            }

            if (!present.TryGetValue(own, out var found))
            {
                _drift.Add($"the column '{own}' is missing: the table was not created by this sink. Give the model another SqlName.");
            }
            else if (rules.OwnType(own) is { } type && !string.Equals(found.Type, type, StringComparison.OrdinalIgnoreCase))
            {
                _drift.Add($"the column '{own}' is {found.Type}, and the sink needs {type}: the table was not created by this sink, or the column was changed. Change it back, or give the model another SqlName.");
            }
        }

        missing.AddRange(rules.OwnColumns.Where(column => !present.ContainsKey(column.Name)).Select(static column => column.Definition));
        _steps.AddRange(rules.AddColumns(rules.TableName(table), missing));
    }

    private void CompareColumn(MigrationRules rules, SqlTable table, SqlColumn column, PresentColumn found)
    {
        var name = rules.TableName(table);
        var quoted = rules.QuoteColumn(column.Name);
        if (column.Key == SqlKey.None && !found.IsNullable && _table.History is null)
        {
            if (rules.DropNotNull(name, quoted) is { } dropNotNull)
            {
                _widenings.Add(dropNotNull);
            }
            else
            {
                _drift.Add($"the column '{column.Name}' is NOT NULL, which a tombstone cannot be. Drop its NOT NULL.");
            }
        }

        var wanted = rules.Normalize(rules.TypeOf(column));
        if (string.Equals(found.Type, wanted, StringComparison.OrdinalIgnoreCase) || rules.IsWider(found.Type, wanted))
        {
            return;
        }

        if (column.Key == SqlKey.None && rules.Widen(name, quoted, found.Type, wanted) is { } widening)
        {
            _widenings.Add(widening);
            _retyped.Add(column.Name);
        }
        else if (column.Key == SqlKey.None)
        {
            _drift.Add($"the column '{column.Name}' is {found.Type}, the model's is {wanted}. Give the member a [CdcColumn] of another name, which adds a column beside it; or the type that the table has; "
                + $"or change the column yourself{(rules.Retype(name, quoted, wanted) is { } retype ? ByHand($"{rules.DropView(table)} {retype}") + "; the sink then makes its view anew" : "")}.");
        }
        else
        {
            _drift.Add($"the column '{column.Name}' is {found.Type}, the model's is {wanted}. Give the model another SqlName and load that table anew; or the type that the table has.");
        }
    }

    private static string ByHand(string? statement) => statement is null ? "" : $" (by hand: {statement})";

    private void CompareIndexes(MigrationRules rules, SqlTable table, IReadOnlyList<string> present)
    {
        foreach (var index in table.Indexes.Where(index => !present.Contains(index.Name, StringComparer.Ordinal)))
        {
            if (rules.CreateIndexBeside(table, index) is { } beside)
            {
                _besides.Add((index.Name, beside));
            }
            else if (rules.CreateIndex(table, index) is { } step)
            {
                _steps.Add(step);
            }
        }
    }

    private void RequireOwnView(MigrationRules rules, SqlTable table, PresentTable present)
    {
        if (present.InPlaceOfView is { } other)
        {
            _drift.Add($"where its view belongs, there is a {other} {rules.ViewName(table)} that the sink has not made, and that it leaves alone. Give the model another SqlName, or rename that.");
        }
    }

    // A column that the view shows cannot change under it, and CREATE OR REPLACE only appends.
    private void CompareView(MigrationRules rules, SqlTable table, PresentTable present)
    {
        var wanted = table.Columns.Select(static column => column.Name).ToList();
        var onView = present.Dependents.Where(static dependent => dependent.Columns is null).ToList();
        if (_retyped.Count > 0)
        {
            var retyped = string.Join(", ", _retyped.Order(StringComparer.Ordinal));
            RefuseDependents(onView, $"the view '{table.Name}', which has to be made anew for other types of {retyped}");
            RefuseDependents(present.Dependents.Where(dependent => dependent.Columns?.Any(_retyped.Contains) == true), $"columns whose types have to change ({retyped})");
            _widenings.Insert(0, rules.DropView(table));
            MakeView();
        }
        else if (present.InPlaceOfView is not null || present.View.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            return;
        }
        else if (rules.AppendsToViews && wanted.Take(present.View.Count).SequenceEqual(present.View, StringComparer.Ordinal))
        {
            _steps.Add(rules.CreateView(table));
        }
        else if (rules.AppendsToViews && onView.Count > 0 && !present.View.Except(wanted, StringComparer.Ordinal).Any())
        {
            // Somebody's views read it: it keeps its columns' order, which nothing depends on but SELECT *.
            if (present.View.Count < wanted.Count)
            {
                _steps.Add(rules.CreateView(table, present.View.Concat(wanted.Except(present.View, StringComparer.Ordinal))));
            }
        }
        else
        {
            RefuseDependents(onView, $"the view '{table.Name}', which has to be made anew without the columns {string.Join(", ", present.View.Except(wanted, StringComparer.Ordinal))}");
            _steps.Add(rules.DropView(table));
            MakeView();
        }

        void MakeView()
        {
            _steps.Add(rules.CreateView(table));
            _steps.AddRange(present.OnView.Where(addition => addition.Column is null || wanted.Contains(addition.Column, StringComparer.Ordinal)).Select(static addition => addition.Statement));
        }
    }

    private void RefuseDependents(IEnumerable<PresentDependent> dependents, string reason) => _drift.AddRange(dependents.Select(dependent =>
        $"the {dependent.Kind.ToLowerInvariant()} {dependent.Name} reads {reason}. The sink drops nothing of yours: run DROP {dependent.Kind} {dependent.Name}; start the sink, and make it again: "
        + $"CREATE {dependent.Kind} {dependent.Name} AS {dependent.Query}"));
}
