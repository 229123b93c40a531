using System.Globalization;
using System.Text;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// The statements that forget removed items and that remove what a whole snapshot does not have. They hold for every dialect with a guarded upsert: what is deleted is searched first and then
/// deleted as it was found, and what is removed is replaced by a tombstone under the guard that every write is under.
/// </summary>
internal class HorizonStatements(TableStatements table)
{
    private readonly SqlDialect _dialect = table.Dialect;
    private readonly string _models = table.Dialect.Quote("cdc_models");
    private readonly string _deletedAt = table.Dialect.Quote(SqlName.DeletedAt);
    private readonly string _version = table.Dialect.Quote(SqlName.Version);

    protected TableStatements Table => table;

    protected string DeletedAt => _deletedAt;

    protected string Version => _version;

    /// <summary>How many tombstones one purge takes away: under a lock few, so that writers do not wait for long.</summary>
    public virtual int BatchRows => IsLocking ? PurgePolicy.BatchRows : 10 * PurgePolicy.BatchRows;

    /// <summary>How many removed rows one statement marks.</summary>
    public virtual int SweepRows => IsLocking ? PurgePolicy.BatchRows : 10 * PurgePolicy.BatchRows;

    /// <summary>Whether the database can hold writers back.</summary>
    public bool IsLocking => _dialect.BeginPurge(table.Name).Count > 0;

    /// <summary>When the newest removal was made that the table knows.</summary>
    public SqlStatement NewestTombstone => new($"SELECT max({_deletedAt}) FROM {table.Name}", [], ReturnsRows: true);

    /// <summary>Moves one of the remembered times of the table on; never back.</summary>
    public SqlStatement Raise(string column, long microseconds)
    {
        string Value(int number, ColumnType type) => _dialect.Value(type, _dialect.Parameter(number));
        var (name, revisions, raised) = (_dialect.Quote("name"), _dialect.Quote("revisions"), _dialect.Quote(column));
        if (IsLocking)
        {
            return new(
                $"UPDATE {_models} SET {raised} = {Value(1, ColumnType.Int64)} WHERE {name} = {Value(2, ColumnType.Text)} AND ({raised} IS NULL OR {raised} < {Value(3, ColumnType.Int64)})",
                [microseconds, table.Name, microseconds]);
        }

        // By the one statement that every such database decides in one step; an UPDATE may go by what its search saw.
        return new(
            _dialect.Upsert(new((present, incoming) => $"COALESCE({present(raised)}, 0) < {incoming(raised)}")
            {
                Table = _models,
                Keys = [name],
                Columns = [name, revisions, raised],
                InsertedOnly = [revisions],
                Source = $"VALUES ({Value(1, ColumnType.Text)}, {Value(2, ColumnType.Text)}, {Value(3, ColumnType.Int64)})",
                Returned = [name],
            }),
            [table.Name, "", microseconds]);
    }

    /// <summary>The oldest tombstones before a horizon: the key, <c>cdc_ties</c>, and what tells whether the row is still the same.</summary>
    public SqlStatement SelectTombstones(long horizon, int rows)
    {
        var parameters = new StatementParameters(_dialect);
        return parameters.Statement(
            _dialect.Limit($"SELECT {List([.. table.ReadKeys, table.Count, _version, .. _dialect.RowStamp])} FROM {table.Name} WHERE {_deletedAt} < {parameters.Add(ColumnType.Int64, horizon)} ORDER BY {_deletedAt}", rows),
            returnsRows: true);
    }

    /// <summary>How many of the rows found one statement deletes: columns of the database's own are compared for one row at a time.</summary>
    public int DeletedRows => _dialect.RowStamp.Count > 0 ? 1 : Math.Clamp(_dialect.Limits.MaximumParameters / (table.Keys.Count + 1), 1, 200);

    /// <summary>Deletes tombstones that were found, if they still are what they were.</summary>
    public SqlStatement DeleteTombstones(IReadOnlyList<IReadOnlyList<object?>> found)
    {
        var parameters = new StatementParameters(_dialect);
        var stamp = _dialect.RowStamp;
        return parameters.Statement($"DELETE FROM {table.Name} WHERE " + Any(found, row => table.IsKey(parameters, row) + string.Concat(stamp.Count == 0
            ? [$" AND {_version} = {parameters.Add(ColumnType.Text, row[table.Keys.Count + 1])}"]
            : stamp.Select((column, i) => $" AND {column} = {parameters.Add(row[table.Keys.Count + 2 + i])}"))));
    }

    /// <summary>Whether a tombstone was chosen from changes of the same time, which are remembered.</summary>
    public bool HasTies(IReadOnlyList<object?> found) => found[table.Keys.Count] is { } count && Convert.ToInt64(count, CultureInfo.InvariantCulture) > 0;

    /// <summary>Forgets what a tombstone that was deleted had been chosen from, and what is older.</summary>
    public SqlStatement DeleteTies(IReadOnlyList<object?> found)
    {
        var parameters = new StatementParameters(_dialect);
        var time = ((string)found[table.Keys.Count + 1]!)[..RowVersion.TimeLength];
        return parameters.Statement($"DELETE FROM {table.Ties} WHERE {table.IsKey(parameters, found)} AND {_dialect.TimeOf(_version)} <= {parameters.Add(ColumnType.Text, time)}");
    }

    /// <summary>Deletes the oldest tombstones before a horizon without looking at them first, where a database does that better; null where it does not. Run under the lock.</summary>
    /// <returns>How many, or null.</returns>
    public virtual ValueTask<int?> PurgeAtOnceAsync(ISqlSession executor, long horizon, CancellationToken cancellationToken) => new((int?)null);

    /// <summary>Makes tombstones of some rows that are older than a snapshot: items that were not in it.</summary>
    public virtual SqlStatement Sweep(long snapshot)
    {
        var parameters = new StatementParameters(_dialect);
        var version = VersionOf(snapshot);

        // Parameters are added in the order in which they stand in the text: some drivers go by that.
        string[] values =
        [
            .. table.InsertOrder.Skip(table.Keys.Count).Select(column => $"{table.Null(parameters, column)} AS {_dialect.Quote(table.Target.Columns[column].Attribute.ColumnName)}"),
            $"{parameters.Add(ColumnType.Int64, snapshot)} AS {_deletedAt}",
            $"{parameters.Add(ColumnType.Int64, Tie.Unknown)} AS {table.Images[0]}",
            $"{parameters.Add(ColumnType.Int64, ImageOf(version))} AS {table.Images[1]}",
            .. table.Widths.Select(width => $"{parameters.Add(ColumnType.Int64, table.Schemaless!.Width)} AS {width}"),
            $"{parameters.Add(ColumnType.Int64, 0L)} AS {table.Count}",
            $"{parameters.Add(ColumnType.Text, version)} AS {_version}",
        ];
        return table.Replace(
            parameters,
            _dialect.Limit($"SELECT {List([.. table.Keys, .. values])} FROM {table.Name} WHERE {_deletedAt} IS NULL AND {_version} < {parameters.Add(ColumnType.Text, version)}", SweepRows));
    }

    /// <summary>How many rows <see cref="Sweep"/> has to replace.</summary>
    public SqlStatement CountUnswept(long snapshot) => Unswept("count(*)", snapshot);

    /// <summary>Whether there are any.</summary>
    public SqlStatement AnyUnswept(long snapshot) => Unswept("1", snapshot) is var any ? any with { Text = _dialect.Limit(any.Text, 1) } : any;

    /// <summary>The version of a snapshot's rows.</summary>
    protected static string VersionOf(long snapshot)
    {
        Span<byte> version = stackalloc byte[RowVersion.MaximumLength];
        return Encoding.ASCII.GetString(version[..RowVersion.Format(version, snapshot, null)]);
    }

    /// <summary>What stands for the images of a tombstone that is no change's.</summary>
    protected static long ImageOf(string version) => ImageHash.OfVersion(Encoding.ASCII.GetBytes(version));

    protected static string List(IEnumerable<string> columns) => string.Join(", ", columns);

    private SqlStatement Unswept(string what, long snapshot)
    {
        var parameters = new StatementParameters(_dialect);
        return parameters.Statement($"SELECT {what} FROM {table.Name} WHERE {_deletedAt} IS NULL AND {_version} < {parameters.Add(ColumnType.Text, VersionOf(snapshot))}", returnsRows: true);
    }

    private static string Any(IReadOnlyList<IReadOnlyList<object?>> rows, Func<IReadOnlyList<object?>, string> condition) =>
        rows.Count == 1 ? condition(rows[0]) : string.Join(" OR ", rows.Select(row => $"({condition(row)})"));
}
