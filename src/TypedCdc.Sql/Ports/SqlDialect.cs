using System.Data.Common;
using System.Globalization;
using System.Text;
using TypedCdc.Schema;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Ports;

/// <summary>
/// What differs from database to database in the text of SQL, in what it takes and in what its answers mean. One class makes a database a sink:
/// <c>cdc.ToDatabase(new MyDialect(), dataSource, tables => tables.Add&lt;Customer&gt;())</c>. What it must have is an upsert that decides by a condition, row by row
/// and in one step; transactions, locks and row counts are used where there are any.
/// </summary>
/// <remarks>The defaults are standard SQL as PostgreSQL and SQLite speak it. The README of this package shows one more database, line by line.</remarks>
public abstract class SqlDialect
{
    /// <summary>The database's name in metrics, as OpenTelemetry's <c>db.system.name</c> has it.</summary>
    public abstract string Name { get; }

    /// <summary>What the database takes at most.</summary>
    public virtual SqlLimits Limits { get; } = new();

    /// <summary>Whether <see cref="Upsert"/> gives <see cref="SqlUpsert.Returned"/> of every row after the statement, replaced or not. A row that is not among them was refused. The default value is false.</summary>
    public virtual bool UpsertReturnsRows => false;

    /// <summary>Whether <see cref="SqlAnswer.AffectedRows"/> of an upsert counts only the rows that were inserted or replaced. The default value is false.</summary>
    public virtual bool CountsWrittenRows => false;

    /// <summary>
    /// What begins the transaction of a write to a table (quoted), in a way that no other session adds columns to the table before its end; empty where the database has
    /// no transactions. The default value is empty: each statement then stands for itself, which is safe, since each can be run again.
    /// </summary>
    public virtual IReadOnlyList<string> BeginWrite(string table) => [];

    /// <summary>Whether columns cannot be widened in a transaction: it is then done before migrations are locked.</summary>
    internal virtual bool WidensOutsideTransactions => false;

    /// <summary>Whether <see cref="BeginWrite"/> keeps no one from adding columns.</summary>
    internal virtual bool MayGetColumnsDuringWrites => BeginWrite("t").Count == 0;

    /// <summary>
    /// What begins a transaction beside which no write to a table (quoted) runs until it ends: old tombstones are taken away in it. Empty where the database cannot hold writers back, which is
    /// the default: a purge then goes by <see cref="PurgeGrace"/>.
    /// </summary>
    public virtual IReadOnlyList<string> BeginPurge(string table) => [];

    /// <summary>
    /// What begins a transaction of a few rows of a table (quoted) that is durable when it has ended, and beside which no other such transaction runs; empty where there is none. The default is
    /// that of <see cref="BeginPurge"/>.
    /// </summary>
    internal virtual IReadOnlyList<string> BeginDurable(string table) => BeginPurge(table);

    /// <summary>
    /// Where <see cref="BeginPurge"/> is empty: how long a purge waits between telling the other workers what it is about to forget and forgetting it. The default value is a minute. No
    /// statement of a write may take effect later than that after it was sent: keep the driver's command time-out below half of it.
    /// </summary>
    public virtual TimeSpan PurgeGrace => TimeSpan.FromMinutes(1);

    /// <summary>
    /// Columns of the database's own that change whenever a row does, quoted. Needed where a DELETE does not look at the row again after it has searched for it; <c>cdc_ver</c> tells otherwise.
    /// The default is none.
    /// </summary>
    public virtual IReadOnlyList<string> RowStamp => [];

    /// <summary>What begins a migration, in a way that one session migrates at a time; empty where nothing can hold the others back.</summary>
    public virtual IReadOnlyList<string> BeginMigration() => [];

    /// <summary>Whether a sink that may not migrate looks at its start whether its tables exist. The default value is false: it finds out with the first write.</summary>
    internal virtual bool RequiresTables => false;

    /// <summary>The declared type of a column.</summary>
    /// <param name="type">What it holds.</param>
    /// <param name="isKey">Some databases take only short types in keys.</param>
    public abstract string TypeOf(ColumnType type, bool isKey);

    /// <summary>The type that <c>[CdcColumn]</c> gives a column, in this dialect; null for <see cref="TypeOf"/>. The default is the one for any dialect.</summary>
    public virtual string? GivenType(ColumnType type, ColumnSqlType given) => given?.Any;

    /// <summary>A parameter as the value of a column of a given type. The default is that of <see cref="Value"/>.</summary>
    public virtual string GivenValue(ColumnType type, string parameter, string givenType) => Value(type, parameter);

    /// <summary>
    /// Whether a column of a given type holds a value exactly; if not, the row is refused. The default looks at <c>NUMERIC(p, s)</c>, where most databases round without a word, and at
    /// <c>VARCHAR(n)</c>, where many cut, above all in a CAST. A database that refuses by itself what does not fit answers true.
    /// </summary>
    public virtual bool FitsGiven(object? value, string givenType)
    {
        ArgumentNullException.ThrowIfNull(givenType);
        return DeclaredNumeric.Fits(givenType, value) && DeclaredText.Fits(givenType, value, countsBytes: false);
    }

    /// <summary>The declared type of whole items of any shape: documents of tables without a class, images in histories. They travel as JSON. The default is that of <see cref="ColumnType.Json"/>.</summary>
    public virtual string DocumentType => TypeOf(ColumnType.Json, isKey: false);

    /// <summary>
    /// Whether the primary key of a history can be the item's key, the time and the position, up to some kilobytes of text compared byte by byte; if not, it is a hash of these in <c>cdc_id</c>.
    /// The default value is false.
    /// </summary>
    public virtual bool TakesLongKeys => false;

    /// <summary>The declared type of the images in a history, where it is not <see cref="DocumentType"/>; they travel as JSON. The default value is null.</summary>
    internal virtual string? HistoryDocumentType => null;

    /// <summary>Whether images in a history may hold the character U+0000.</summary>
    internal virtual bool HistoryTakesNul => Limits.TakesNul;

    /// <summary>Whether <see cref="CreateView"/> replaces an existing view, whatever its columns. The default value is false: the view is dropped first.</summary>
    public virtual bool ReplacesViews => false;

    /// <summary>
    /// The declared type of a column for documents that need not be maps (lists of documents, <c>JsonElement</c>); it holds JSON text. Null, which is the default, where the type of documents takes
    /// any JSON.
    /// </summary>
    internal virtual string? AnyDocumentType => null;

    /// <summary>Whether a column of a given type takes longer text than <see cref="SqlLimits.MaximumTextBytes"/>. The default is false.</summary>
    public virtual bool TakesLongText(string givenType) => false;

    /// <summary>The declared type of <c>cdc_ver</c>: up to 152 ASCII characters that compare bytewise.</summary>
    public abstract string VersionType { get; }

    /// <summary>The declared type of <c>cdc_key</c>, the whole key in one text that ends in no blank, for a database that does not compare keys exactly; null where there is no such column.</summary>
    internal virtual string? JoinedKeyType => null;

    /// <summary>A column of the key as a query gives it: in a form that the driver has a type for, and that goes back as a parameter.</summary>
    internal virtual string Read(ColumnType type, string column) => column;

    /// <summary>The identifier, quoted. The default is in double quotes.</summary>
    public virtual string Quote(string identifier) => SqlName.Quote(identifier);

    /// <summary>The name of a table or view with its schema, quoted.</summary>
    public virtual string Quote(string? schema, string name) => schema is null ? Quote(name) : Quote(schema) + "." + Quote(name);

    /// <summary>How a parameter stands in the text, by its number from 1. The default is <c>$1</c>.</summary>
    public virtual string Parameter(int number) => string.Create(CultureInfo.InvariantCulture, $"${number}");

    /// <summary>The name that an ADO.NET provider gives to a parameter, by its number from 1; null where it goes by order. The default is null.</summary>
    public virtual string? ParameterName(int number) => null;

    /// <summary>A parameter as the value of a column: <c>CAST($1 AS jsonb)</c>. The default is the parameter itself.</summary>
    public virtual string Value(ColumnType type, string parameter) => parameter;

    /// <summary>
    /// What goes to the driver for a value. In come null, <see cref="bool"/>, <see cref="long"/> for integers, <see cref="double"/>, <c>byte[]</c>, <see cref="DateTime"/> in UTC,
    /// <see cref="DateOnly"/>, <see cref="TimeOnly"/>, <see cref="TimeSpan"/>, and <see cref="string"/> for text, exact numbers, UUIDs and JSON. The default makes ISO 8601
    /// text of times and leaves the rest.
    /// </summary>
    public virtual object? ToParameter(ColumnType type, object? value) => value switch
    {
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF+00:00", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        TimeSpan duration => duration.ToString("c", CultureInfo.InvariantCulture),
        _ => value,
    };

    /// <summary>Whether a statement can carry a whole record, of up to 10 MiB, as a parameter. The default value is true.</summary>
    internal virtual bool TakesRecords => true;

    /// <summary>The declared type of bytes that are only stored and read. The default is that of <see cref="ColumnType.Binary"/>.</summary>
    internal virtual string BlobType => TypeOf(ColumnType.Binary, isKey: false);

    /// <summary>Bytes as they come back: what <see cref="ToParameter"/> made of them, or the driver's own. The default takes <c>byte[]</c> and base64 text.</summary>
    public virtual byte[] ReadBytes(object value) => value as byte[] ?? Convert.FromBase64String((string)value);

    /// <summary>The time within a version, its first 19 characters.</summary>
    public virtual string TimeOf(string version) => $"substr({version}, 1, 19)";

    /// <summary>A column as CREATE TABLE and ADD COLUMN name it.</summary>
    public virtual string Define(SqlColumnShape column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Quote(column.Name) + " " + column.DeclaredType + (column.IsNotNull ? " NOT NULL" : "");
    }

    /// <summary>The statements that make a table where it is not there.</summary>
    public virtual IReadOnlyList<string> CreateTable(SqlTableShape table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder("CREATE TABLE IF NOT EXISTS ").Append(Quote(table.Schema, table.Name)).Append(" (\n");
        foreach (var column in table.Columns)
        {
            text.Append("    ").Append(Define(column)).Append(",\n");
        }

        return [text.Append("    PRIMARY KEY (").AppendJoin(", ", table.PrimaryKey.Select(Quote)).Append(")\n)").ToString()];
    }

    /// <summary>The statements that add columns to a table (quoted).</summary>
    public virtual IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions) =>
        [.. definitions.Select(definition => $"ALTER TABLE {table} ADD COLUMN {definition}")];

    /// <summary>The statement that removes a view (quoted), if it is there.</summary>
    public virtual string DropView(string view) => $"DROP VIEW IF EXISTS {view}";

    /// <summary>The statement that makes a view over a table's rows that are not tombstones. All names are quoted.</summary>
    public virtual string CreateView(string view, string table, IReadOnlyList<string> columns) =>
        $"CREATE VIEW {view} AS\nSELECT {string.Join(", ", columns)}\nFROM {table}\nWHERE {Quote(SqlName.DeletedAt)} IS NULL";

    /// <summary>
    /// Asks for the columns of a table or view, in their order: name; type in the catalogue's words; 1 where it can be NULL, else 0; its place in the primary key from 1, 0 outside
    /// it; 1 where it has a default, else 0. No row where there is no such table.
    /// </summary>
    /// <param name="schema">The schema, unquoted; null for the connection's own.</param>
    /// <param name="name">The name, unquoted.</param>
    public abstract SqlStatement SelectColumns(string? schema, string name);

    /// <summary>The statement that makes an index of the user's, over rows that are not tombstones; all names are quoted. Null where the database has none, which is the default.</summary>
    public virtual string? CreateIndex(string index, string table, IReadOnlyList<string> columns) => null;

    /// <summary>The statement that makes an index over the rows for which a condition holds; names are unquoted. Null where the database has none, which is the default.</summary>
    internal virtual string? CreatePartialIndex(string index, string? schema, string table, IReadOnlyList<string> columns, string condition) => null;

    /// <summary>Asks for the names of a table's indexes; needed by a dialect that has <see cref="CreateIndex"/>.</summary>
    public virtual SqlStatement? SelectIndexes(string? schema, string table) => null;

    /// <summary>
    /// Asks what has the name of a view (one row: its kind, such as <c>table</c>) and is not the sink's view of its table; no row where nothing has. Null where nobody looks, which is the default.
    /// </summary>
    public virtual SqlStatement? SelectInPlaceOfView(string? schema, string view, string table) => null;

    /// <summary>
    /// Asks for what users have put on a view and what goes when it is dropped (triggers, privileges): the statement that makes it again, and the one column of the view that it is about or NULL.
    /// Null where nobody looks, which is the default.
    /// </summary>
    public virtual SqlStatement? SelectOnView(string? schema, string view) => null;

    /// <summary>A declared type in the catalogue's words. The default is the type as it is; they are compared without regard to case.</summary>
    public virtual string Normalize(string declaredType) => declaredType;

    /// <summary>Whether the catalogue's type holds all that the declared one does, though it is another. The default is false.</summary>
    public virtual bool IsWider(string present, string declared) => false;

    /// <summary>The statement that widens a column (names quoted) without loss; null where the database cannot. The default is null.</summary>
    public virtual string? Widen(string table, string column, string from, string to) => null;

    /// <summary>The guarded upsert. The default is <c>INSERT … ON CONFLICT … DO UPDATE SET … WHERE …</c>.</summary>
    public virtual string Upsert(SqlUpsert upsert)
    {
        ArgumentNullException.ThrowIfNull(upsert);
        return $"INSERT INTO {upsert.Table} AS t ({string.Join(", ", upsert.Columns)})\n{upsert.Source}\nON CONFLICT ({string.Join(", ", upsert.Keys)}) DO UPDATE SET\n    "
            + string.Join(",\n    ", upsert.Assigned.Select(static column => $"{column} = excluded.{column}"))
            + "\nWHERE " + upsert.Guard(static column => "t." + column, static column => "excluded." + column);
    }

    /// <summary>A query, cut to its first rows. The default is <c>LIMIT</c>.</summary>
    public virtual string Limit(string select, int rows) => string.Create(CultureInfo.InvariantCulture, $"{select} LIMIT {rows}");

    /// <summary>What makes a table's (quoted) rows visible to queries that do not name their keys; null where they are at once, which is the default. Run only where two changes of one item have the same time, and once at a start.</summary>
    public virtual string? Refresh(string table) => null;

    /// <summary>What an error means. The default goes by SQLSTATE: 21, 22, 23, 44 and 54 are a row's; 40 a conflict; 57014 and a time-out of the driver a write that took too long; 08, 25006, 53, 57 and what the driver calls transient.</summary>
    public virtual SqlFailure Classify(Exception error) => error switch
    {
        DbException { SqlState: "57014" } or DbException { InnerException: TimeoutException } or TimeoutException => SqlFailure.TimedOut,
        DbException { SqlState: ['4', '0', ..] } => SqlFailure.Conflict,
        DbException { SqlState: ['2', '1' or '2' or '3', ..] or ['4', '4', ..] or ['5', '4', ..] } => SqlFailure.Row,
        DbException { SqlState: "25006" or ['0', '8', ..] or ['5', '3' or '7', ..] } => SqlFailure.Transient,
        DbException { IsTransient: true } or IOException => SqlFailure.Transient,
        _ => SqlFailure.Unknown,
    };

    /// <summary>What a refused row's dead letter says, without a value of the row. The default names the SQLSTATE.</summary>
    public virtual string Explain(Exception error) => error is DbException { SqlState: { } state } ? $"{Name} refused the row ({state})." : $"{Name} refused the row.";
}
