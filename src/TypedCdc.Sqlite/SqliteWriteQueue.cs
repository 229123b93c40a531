using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Writes that wait for the database's one writer. Who comes to write takes all of them into its transaction: most of a transaction's cost is its pages, and with keys in random order
/// small ones touch nearly as many as large ones.
/// </summary>
internal sealed class SqliteWriteQueue
{
    private readonly Lock _gate = new();
    private readonly List<SqliteWrite> _waiting = [];

    /// <summary>Lets whoever writes next take a write along.</summary>
    public void Add(SqliteWrite write)
    {
        lock (_gate)
        {
            _waiting.Add(write);
        }
    }

    /// <summary>Takes a write back.</summary>
    /// <returns>False where somebody has taken it along, and may be reading its rows until the writer is free again.</returns>
    public bool TryRemove(SqliteWrite write)
    {
        lock (_gate)
        {
            return _waiting.Remove(write);
        }
    }

    /// <summary>What waits; a write of one's own, which has been taken along in vain, is all by itself.</summary>
    public SqliteWrite[] Take(SqliteWrite own)
    {
        lock (_gate)
        {
            if (!_waiting.Contains(own))
            {
                return [own];
            }

            var taken = _waiting.ToArray();
            _waiting.Clear();
            return taken;
        }
    }
}
