namespace TypedCdc.Sql;

/// <summary>What a database can change about a table, and how its catalogue names types.</summary>
internal abstract class MigrationRules(SqlDatabase database)
{
    public SqlDatabase Database { get; } = database;

    /// <summary>The columns that the sink needs beside the model's, with their definitions.</summary>
    public abstract IReadOnlyList<(string Name, string Definition)> OwnColumns { get; }

    /// <summary>A declared type in the catalogue's words.</summary>
    public virtual string Normalize(string type) => type;

    /// <summary>Whether the catalogue's type holds all that the declared one does, though it is another.</summary>
    public virtual bool IsWider(string present, string declared) => false;

    /// <summary>The statement that widens a column; null where the database cannot.</summary>
    public virtual string? Widen(string table, string column, string from, string to) => null;

    /// <summary>The statements that add columns to a table.</summary>
    public virtual IEnumerable<string> AddColumns(string table, IEnumerable<string> definitions) => definitions.Select(definition => $"ALTER TABLE {table} ADD COLUMN {definition};");

    /// <summary>The table's name, quoted and with its schema where the database has schemas.</summary>
    public string TableName(SqlTable table) => SqlName.Quote(Database == SqlDatabase.Sqlite ? null : table.Schema, SqlName.OfTable(table.Name));

    /// <summary>The view's name, quoted and with its schema where the database has schemas.</summary>
    public string ViewName(SqlTable table) => SqlName.Quote(Database == SqlDatabase.Sqlite ? null : table.Schema, table.Name);
}
