using System.Globalization;
using System.Text;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>One table: its statements, prepared once, and how a row gets into it.</summary>
internal sealed class SqliteTable : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _upsert;
    private readonly SqliteStatement _version;
    private readonly SqliteStatement? _revision; // null where nothing is known of other workers
    private readonly byte[] _ownRevision;
    private readonly SqliteTies _ties;
    private readonly SqliteStatements _statements;
    private readonly TargetTable _table;
    private long _snapshot; // before it, an absent item is a removed one; 0 for never
    private long _horizon; // before it, an absent item may be a removed one; 0 for never

    public SqliteTable(SqliteConnection connection, TargetTable table)
    {
        Target = table;
        _connection = connection;
        var statements = _statements = new SqliteStatements(table.Sql);
        _table = table;
        _upsert = connection.Prepare(statements.Upsert);
        _version = connection.Prepare(statements.Version);
        _revision = SqliteMigrations.HasModels(connection) ? connection.Prepare(SqliteMigrations.SelectRevisions) : null;
        _revision?.BindText(1, Encoding.UTF8.GetBytes(table.Name));
        _ownRevision = Encoding.UTF8.GetBytes(table.Revision);
        _ties = new(connection, statements);
    }

    /// <summary>What is written.</summary>
    public TargetTable Target { get; }

    /// <summary>Writes, of each key, the newest row that SQLite takes, unless the table has a newer one.</summary>
    public void Write(RowBuffer rows, WriteBatch batch, ref WriteCounts counts)
    {
        var order = rows.Order;
        if (order.Length > 0)
        {
            StopIfOlder(rows.Table);
            _ties.Begin();
        }

        for (var i = 0; i < order.Length;)
        {
            // The newest of the key first. Only where SQLite refuses it is the next one written, as if it had come in a write of its own;
            // and those of the same time as the one written are ties, which all have their say.
            var first = order[i];
            var written = -1;
            do
            {
                var row = order[i];
                if (written >= 0 && (rows[row].Microseconds != rows[written].Microseconds || rows.Version(row).SequenceEqual(rows.Version(order[i - 1]))))
                {
                    counts.Compacted++;
                }
                else if (TryWrite(rows, row, batch, ref counts))
                {
                    written = written < 0 ? row : written;
                }

                i++;
            }
            while (i < order.Length && rows.IsSameKey(first, order[i]));
        }
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _version.Dispose();
        _revision?.Dispose();
        _ties.Dispose();
    }

    // In the transaction of the rows: a worker with a newer model may have come a moment ago.
    private void StopIfOlder(TargetTable table)
    {
        if (_revision is null)
        {
            return;
        }

        var isThere = _revision.Step();
        var isOlder = isThere && !ModelRevisions.IsNewest(_revision.Text(0), _ownRevision);
        _horizon = isThere && !_revision.IsNull(1) ? _revision.Int64(1) : 0;
        _snapshot = isThere && !_revision.IsNull(2) ? _revision.Int64(2) : 0;
        _revision.Reset();
        if (isOlder)
        {
            throw ModelRevisions.IsOlder(table);
        }
    }

    private bool TryWrite(RowBuffer rows, int row, WriteBatch batch, ref WriteCounts counts)
    {
        if (rows[row].Microseconds < _snapshot || (rows[row].Microseconds < _horizon && IsAbsent(rows, row)))
        {
            // What is older than a whole snapshot is stale: an item that was in it has a newer row, any other was gone by then, whatever tombstone it has. A removal of what is not there
            // leaves nothing to do; anything else may have been removed since.
            if (rows[row].IsTombstone || rows[row].Microseconds < _snapshot)
            {
                counts.Stale++;
            }
            else
            {
                batch.Reject(rows[row].Record, PurgeHorizon.Refusal(_table, rows[row].Microseconds, _horizon));
            }

            return true;
        }

        try
        {
            _upsert.BindRow(rows, row);
            _upsert.Step();
            _upsert.Reset();
            var isWritten = _connection.Changes > 0;
            if (isWritten)
            {
                _ties.Forget(rows, row);
            }
            else if (IsTie(rows, row))
            {
                counts.Ties++;
                isWritten = _ties.Decide(rows, row);
            }

            if (isWritten)
            {
                counts.Rows++;
                counts.Tombstones += rows[row].IsTombstone ? 1 : 0;
            }
            else
            {
                counts.Stale++;
            }

            return true;
        }
        catch (SqliteException error) when (error.IsOfTheRow)
        {
            batch.Reject(rows[row].Record, error);
            return false;
        }
    }

    /// <summary>Forgets old tombstones; to be called in a transaction.</summary>
    /// <returns>How many.</returns>
    public int Purge(DateTimeOffset now, PurgePolicy policy)
    {
        if (_revision is null || _connection.Query(_statements.NewestTombstone) is not [[{ } newest]])
        {
            return 0;
        }

        var horizon = PurgeHorizon.At(now, long.Parse(newest, CultureInfo.InvariantCulture), policy);
        if (horizon <= 0)
        {
            return 0;
        }

        using (var set = _connection.Prepare(SqliteStatements.SetHorizon))
        {
            set.BindText(1, Encoding.UTF8.GetBytes(_table.Name));
            set.BindInt64(2, horizon);
            set.Step();
        }

        int purged;
        using (var tombstones = _connection.Prepare(_statements.PurgeTombstones))
        {
            tombstones.BindInt64(1, horizon);
            tombstones.BindInt64(2, PurgePolicy.BatchRows);
            tombstones.Step();
            purged = _connection.Changes;
        }

        using var ties = _connection.Prepare(_statements.PurgeTies);
        ties.BindText(1, Encoding.ASCII.GetBytes(PurgeHorizon.ToVersion(horizon)));
        ties.Step();
        return purged;
    }

    /// <summary>Remembers a whole snapshot; to be called in a transaction.</summary>
    public void SetSnapshot(long microseconds)
    {
        using var set = _connection.Prepare(SqliteStatements.SetSnapshot);
        set.BindText(1, Encoding.UTF8.GetBytes(_table.Name));
        set.BindInt64(2, microseconds);
        set.Step();
    }

    /// <summary>Removes some of the rows that are not in the newest whole snapshot; to be called in a transaction.</summary>
    /// <param name="removed">How many.</param>
    /// <returns>Whether there may be more.</returns>
    public bool Sweep(out int removed)
    {
        removed = 0;
        if (_revision is null)
        {
            return false;
        }

        StopIfOlder(_table);
        _revision.Step();
        var swept = _revision.IsNull(3) ? 0 : _revision.Int64(3);
        _revision.Reset();
        if (swept >= _snapshot)
        {
            return false;
        }

        Span<byte> version = stackalloc byte[RowVersion.MaximumLength];
        version = version[..RowVersion.Format(version, _snapshot, null)];
        using (var sweep = _connection.Prepare(_statements.Sweep))
        {
            sweep.BindInt64(1, _snapshot);
            sweep.BindText(2, version);
            sweep.BindInt64(3, Tie.Unknown);
            sweep.BindInt64(4, ImageHash.OfVersion(version));
            sweep.BindInt64(5, PurgePolicy.BatchRows);
            sweep.Step();
            removed = _connection.Changes;
        }

        if (removed < PurgePolicy.BatchRows)
        {
            using var set = _connection.Prepare(SqliteStatements.SetSwept);
            set.BindText(1, Encoding.UTF8.GetBytes(_table.Name));
            set.BindInt64(2, _snapshot);
            set.Step();
            return false;
        }

        return true;
    }

    private bool IsAbsent(RowBuffer rows, int row)
    {
        _version.BindKey(rows, row);
        var isPresent = _version.Step();
        _version.Reset();
        return !isPresent;
    }

    /// <summary>Whether the table's row is of the same time, but another change.</summary>
    private bool IsTie(RowBuffer rows, int row)
    {
        _version.BindKey(rows, row);
        var version = rows.Version(row);
        var isTie = _version.Step()
            && _version.Text(0) is var present
            && present[..RowVersion.TimeLength].SequenceEqual(version[..RowVersion.TimeLength])
            && !present.SequenceEqual(version);
        _version.Reset();
        return isTie;
    }
}
