using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Postgres;

/// <summary>
/// Small writes of one session, by arrays: one round trip, one transaction. The server begins it with the first statement and ends it behind the last one, or takes all back where one fails
/// (PostgreSQL documentation, "Message Flow", "Pipelining").
/// </summary>
internal sealed class DirectWrite(NpgsqlConnection connection, WritePaths paths)
{
    private readonly NpgsqlBatch _batch = new(connection);
    private readonly List<PostgresTable> _tables = []; // of the write at hand

    /// <summary>Whether a write is small enough.</summary>
    public bool Fits(WriteBatch batch)
    {
        int rows = 0, bytes = 0;
        foreach (var buffer in batch.Tables)
        {
            rows += buffer.Count;
            bytes += buffer.Count > 0 ? buffer.ByteCount : 0;
        }

        return rows <= paths.DirectRows && bytes <= paths.DirectBytes;
    }

    /// <summary>Writes all rows, or none where the write must go another way.</summary>
    /// <returns>What was done; null for nothing.</returns>
    /// <exception cref="PostgresException">The server refuses a row. Nothing was written.</exception>
    public async Task<WriteCounts?> TryWriteAsync(WriteBatch batch, IReadOnlyDictionary<int, PostgresTable> tables, CancellationToken cancellationToken)
    {
        var counts = default(WriteCounts);
        if (!TryPrepare(batch, tables, ref counts))
        {
            return null;
        }

        try
        {
            await _batch.PrepareAsync(cancellationToken); // asks the server only for what it does not know
            await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
            foreach (var _ in _tables)
            {
                await reader.ReadAsync(cancellationToken);
                counts.Rows += reader.GetInt64(0);
                counts.Tombstones += reader.GetInt64(1);
                await reader.NextResultAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
            }
        }
        catch (PostgresException error) when (_tables.Find(table => table.Direct.IsRefused(error)) is { } refused)
        {
            refused.Direct.WasRefused();
            return null;
        }

        counts.Stale = counts.Staged - counts.Rows;
        counts.Ways.Direct = _tables.Count;
        foreach (var table in _tables)
        {
            table.Direct.WasWritten();
        }

        return counts;
    }

    private bool TryPrepare(WriteBatch batch, IReadOnlyDictionary<int, PostgresTable> tables, ref WriteCounts counts)
    {
        _tables.Clear();
        _batch.BatchCommands.Clear();
        for (var index = 0; index < batch.Tables.Length; index++)
        {
            var rows = batch.Tables[index];
            if (rows.Count > 0)
            {
                var table = tables[rows.Table.Index];
                if (!table.TryPrepareDirect(rows, ref counts))
                {
                    return false;
                }

                _tables.Add(table);
                _batch.BatchCommands.Add(table.Direct.Upsert);
                _batch.BatchCommands.Add(table.Direct.Check);
            }
        }

        return _tables.Count > 0;
    }
}
