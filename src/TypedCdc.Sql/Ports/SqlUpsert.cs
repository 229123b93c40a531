namespace TypedCdc.Sql.Ports;

/// <summary>
/// A guarded upsert, in the parts that a dialect puts together: insert rows, and where the key is there already, replace the row's other columns if
/// <see cref="Guard"/> holds between the row that is there and the one that comes. The database must decide that for each row in one step.
/// </summary>
public sealed class SqlUpsert
{
    private readonly Func<Func<string, string>, Func<string, string>, string> _guard;

    internal SqlUpsert(Func<Func<string, string>, Func<string, string>, string> guard) => _guard = guard;

    /// <summary>The table, quoted.</summary>
    public required string Table { get; init; }

    /// <summary>The columns of its primary key, quoted.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>
    /// All columns of the insert, quoted, the key's first. Those that the guard reads come last, so that a database which assigns from left to right (MySQL) still
    /// judges every column by the row as it was.
    /// </summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>What is inserted: <c>VALUES (…), (…)</c>, or a <c>SELECT … FROM … WHERE …</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Whether <see cref="Source"/> is a SELECT.</summary>
    public bool IsSelect { get; init; }

    /// <summary>What a dialect whose <see cref="SqlDialect.UpsertReturnsRows"/> is set returns of each row after the statement, quoted.</summary>
    public IReadOnlyList<string> Returned { get; init; } = [];

    /// <summary>The columns that are replaced in a row that is there: those outside the key.</summary>
    public IEnumerable<string> Assigned => Columns.Except(Keys, StringComparer.Ordinal).Except(InsertedOnly, StringComparer.Ordinal);

    /// <summary>Columns that a new row gets, and that stay as they are in a row that is there.</summary>
    internal IReadOnlyList<string> InsertedOnly { get; init; } = [];

    /// <summary>The condition under which the row that comes replaces the one that is there.</summary>
    /// <param name="present">From a quoted column to what names it in the row that is there: <c>t."x"</c>.</param>
    /// <param name="incoming">The same for the row that comes: <c>excluded."x"</c>.</param>
    public string Guard(Func<string, string> present, Func<string, string> incoming) => _guard(present, incoming);
}
