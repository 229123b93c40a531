using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>Migrations in the words of a dialect.</summary>
internal sealed class DialectRules(SqlDialect dialect, TableStatements table) : MigrationRules(SqlDatabase.Postgres)
{
    public override IReadOnlyList<(string Name, string Definition)> OwnColumns { get; } = [.. (table.Target.History is null ? table.OwnColumns : []).Select(column => (column.Name, dialect.Define(column)))];

    public override string Normalize(string type) => dialect.Normalize(type);

    public override bool IsWider(string present, string declared) => dialect.IsWider(present, declared);

    public override string? Widen(string table, string column, string from, string to) => dialect.Widen(table, column, from, to);

    public override IEnumerable<string> AddColumns(string table, IEnumerable<string> definitions) =>
        definitions.ToArray() is { Length: > 0 } added ? dialect.AddColumns(table, added) : [];

    public override string TableName(SqlTable _) => table.Name;

    public override string ViewName(SqlTable _) => table.View;

    public override string TypeOf(SqlColumn column) => table.Shaped(column).DeclaredType;

    public override string ColumnDefinition(SqlColumn column) => dialect.Define(table.Shaped(column));

    public override string QuoteColumn(string name) => dialect.Quote(name);

    public override IEnumerable<string> CreateTable(SqlTable sql) =>
        table.Target.History is not null ? dialect.CreateTable(table.Shape) : [.. dialect.CreateTable(table.Shape), .. sql.Indexes.Select(table.CreateIndex).OfType<string>(), CreateView(sql)];

    public override string? CreateIndex(SqlTable _, SqlIndex index) => table.CreateIndex(index);

    public override string DropView(SqlTable _) => dialect.DropView(table.View);

    public override string CreateView(SqlTable sql) => dialect.CreateView(table.View, table.Name, [.. sql.Columns.Select(column => dialect.Quote(column.Name))]);

    public override bool CreatesOwnColumns => true;

    public override bool AppendsToViews => dialect.ReplacesViews;
}
