using System.Text;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sqlite;

/// <summary>The prepared statements of one table.</summary>
internal sealed class SqliteTable : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _upsert;
    private readonly SqliteStatement? _version; // null for a history
    private readonly bool _isHistory;
    private SqliteStatement? _anyTie;
    private SqliteStatement? _forgetTies;
    private SqliteStatement? _remembered;

    public SqliteTable(SqliteConnection connection, TableStatements statements)
    {
        _connection = connection;
        Statements = statements;
        _upsert = connection.Prepare(statements.UpsertOne);
        _isHistory = statements.Target.History is not null;
        _version = _isHistory ? null : connection.Prepare(statements.SelectVersionOne);
    }

    public TableStatements Statements { get; }

    /// <summary>Writes rows in the transaction at hand.</summary>
    public BulkResult Write(BulkRows bulk)
    {
        if (bulk.Rows.IsEmpty || !Holds(bulk))
        {
            return BulkResult.None(bulk.Rows);
        }

        var mayForget = !_isHistory && MayHaveTies();
        long written = 0;
        long tombstones = 0;
        List<int>? left = null;
        foreach (var row in bulk.Rows.Span)
        {
            try
            {
                _upsert.BindRow(bulk.Buffer, Statements.InsertOrder, row, isVersioned: !_isHistory);
                _upsert.Step();
                _upsert.Reset();
            }
            catch (SqliteException error) when (error.IsOfTheRow)
            {
                (left ??= []).Add(row);
                continue;
            }

            if (_connection.Changes > 0)
            {
                written++;
                tombstones += bulk.Buffer[row].IsTombstone ? 1 : 0;
                if (mayForget)
                {
                    ForgetTies(bulk.Buffer, row);
                }
            }
            else if (!_isHistory && IsTie(bulk.Buffer, row))
            {
                (left ??= []).Add(row);
            }
        }

        return new(written, tombstones, left ?? []);
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _version?.Dispose();
        _anyTie?.Dispose();
        _forgetTies?.Dispose();
        _remembered?.Dispose();
    }

    // In the transaction, which nobody writes beside.
    private bool Holds(BulkRows bulk)
    {
        if (!bulk.HasModels)
        {
            return true;
        }

        if (_remembered is null)
        {
            _remembered = _connection.Prepare(Migrator.SelectRevisions(Statements.Dialect, Statements).Text);
            _remembered.BindText(1, Encoding.UTF8.GetBytes(Statements.Name));
        }

        var exists = _remembered.Step();
        var holds = string.Equals(exists ? Encoding.UTF8.GetString(_remembered.Text(0)) : null, bulk.Revisions, StringComparison.Ordinal)
            && (!exists || (_remembered.Int64(1) <= bulk.Oldest && _remembered.Int64(2) <= bulk.Oldest));
        _remembered.Reset();
        return holds;
    }

    // Each time: another process may have remembered something since.
    private bool MayHaveTies()
    {
        _anyTie ??= _connection.Prepare(Statements.AnyTie.Text);
        var any = _anyTie.Step();
        _anyTie.Reset();
        return any;
    }

    private void ForgetTies(RowBuffer rows, int row)
    {
        _forgetTies ??= _connection.Prepare(Statements.ForgetTiesOne);
        var keys = _forgetTies.BindKey(rows, row);
        _forgetTies.BindText(keys + 1, rows.Version(row)[..RowVersion.TimeLength]);
        _forgetTies.Step();
        _forgetTies.Reset();
    }

    /// <summary>Whether the table's row is of the same time, but another change.</summary>
    private bool IsTie(RowBuffer rows, int row)
    {
        _version!.BindKey(rows, row);
        var version = rows.Version(row);
        var isTie = _version.Step()
            && _version.Text(0) is var present
            && present[..RowVersion.TimeLength].SequenceEqual(version[..RowVersion.TimeLength])
            && !present.SequenceEqual(version);
        _version.Reset();
        return isTie;
    }
}
