using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>What a database can change about a table, and how its catalogue names types.</summary>
internal abstract class MigrationRules(SqlDatabase database)
{
    public SqlDatabase Database { get; } = database;

    /// <summary>The columns that the sink needs beside the model's, with their definitions.</summary>
    public abstract IReadOnlyList<(string Name, string Definition)> OwnColumns { get; }

    /// <summary>The type, as the catalogue spells it, of a column that every table of the sink has; null where any type is accepted.</summary>
    public virtual string? OwnType(string column) => null;

    /// <summary>Whether making the view anew may add columns behind those that it has. The view then keeps its privileges and what depends on it.</summary>
    public virtual bool AppendsToViews => false;

    /// <summary>A declared type in the catalogue's words.</summary>
    public virtual string Normalize(string type) => type;

    /// <summary>Whether the catalogue's type holds all that the declared one does, though it is another.</summary>
    public virtual bool IsWider(string present, string declared) => false;

    /// <summary>The statement that widens a column; null where the database cannot.</summary>
    public virtual string? Widen(string table, string column, string from, string to) => null;

    /// <summary>The statement that lets a column be NULL; null where the database cannot.</summary>
    public virtual string? DropNotNull(string table, string column) => null;

    /// <summary>What a person may run to give a column another type, if its values bear it; null where the database has no such statement.</summary>
    public virtual string? Retype(string table, string column, string to) => null;

    /// <summary>The statement that makes a schema; null where tables are made with theirs, or have none.</summary>
    public virtual string? CreateSchema(string schema) => null;

    /// <summary>The statements that add columns to a table.</summary>
    public virtual IEnumerable<string> AddColumns(string table, IEnumerable<string> definitions) => definitions.Select(definition => $"ALTER TABLE {table} ADD COLUMN {definition};");

    /// <summary>The table's name, quoted and with its schema where the database has schemas.</summary>
    public virtual string TableName(SqlTable table) => SqlName.Quote(Database == SqlDatabase.Sqlite ? null : table.Schema, SqlName.OfTable(table.Name));

    /// <summary>The view's name, quoted and with its schema where the database has schemas.</summary>
    public virtual string ViewName(SqlTable table) => SqlName.Quote(Database == SqlDatabase.Sqlite ? null : table.Schema, table.Name);

    /// <summary>A column's name, quoted.</summary>
    public virtual string QuoteColumn(string name) => SqlName.Quote(name);

    /// <summary>The declared type of a column.</summary>
    public virtual string TypeOf(SqlColumn column) => column.TypeIn(Database);

    /// <summary>A column as ADD COLUMN names it.</summary>
    public virtual string ColumnDefinition(SqlColumn column) => SqlStatements.ColumnDefinition(Database, column);

    /// <summary>The statements that make the table and its view.</summary>
    public virtual IEnumerable<string> CreateTable(SqlTable table) => [SqlStatements.CreateTable(Database, table)];

    /// <summary>The statement that makes an index of the user's; null where the database has none.</summary>
    public virtual string? CreateIndex(SqlTable table, SqlIndex index) => SqlStatements.CreateIndex(Database, table, index);

    /// <summary>
    /// The statement that makes an index of the user's on a table that is in use, without keeping writers out, outside of a transaction; null where the database has none, and
    /// <see cref="CreateIndex"/> does it.
    /// </summary>
    public virtual string? CreateIndexBeside(SqlTable table, SqlIndex index) => null;

    /// <summary>Whether <see cref="CreateTable"/> makes the sink's own columns, too.</summary>
    public virtual bool CreatesOwnColumns => false;

    /// <summary>The statement that makes the view.</summary>
    public virtual string CreateView(SqlTable table) => SqlStatements.CreateView(Database, table);

    /// <summary>The statement that makes the view with its columns in an order of their own, where <see cref="AppendsToViews"/>.</summary>
    public virtual string CreateView(SqlTable table, IEnumerable<string> columns) => throw new NotSupportedException();

    /// <summary>The statement that removes the view, if it is there.</summary>
    public virtual string DropView(SqlTable table) => $"DROP VIEW IF EXISTS {ViewName(table)};";
}
