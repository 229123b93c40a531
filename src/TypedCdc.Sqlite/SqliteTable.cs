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

    public SqliteTable(SqliteConnection connection, TargetTable table)
    {
        _connection = connection;
        var statements = new SqliteStatements(table.Sql);
        _upsert = connection.Prepare(statements.Upsert);
        _version = connection.Prepare(statements.Version);
        _revision = SqliteMigrations.HasModels(connection) ? connection.Prepare(SqliteMigrations.SelectRevisions) : null;
        _revision?.BindText(1, Encoding.UTF8.GetBytes(table.Name));
        _ownRevision = Encoding.UTF8.GetBytes(table.Revision);
        _ties = new(connection, statements);
    }

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

        var isOlder = _revision.Step() && !ModelRevisions.IsNewest(_revision.Text(0), _ownRevision);
        _revision.Reset();
        if (isOlder)
        {
            throw ModelRevisions.IsOlder(table);
        }
    }

    private bool TryWrite(RowBuffer rows, int row, WriteBatch batch, ref WriteCounts counts)
    {
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
