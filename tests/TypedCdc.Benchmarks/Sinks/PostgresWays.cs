using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using TypedCdc.Postgres;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>The ways of writing guarded rows to PostgreSQL: what others do, and our sink, all the same rows into the same columns.</summary>
internal sealed partial class PostgresWays(string connectionString, BenchRow[] inserts, BenchRow[] updates) : IAsyncDisposable
{
    private const string Columns = "id, name, email, balance, updated_at, active, cdc_ver, cdc_deleted_at, cdc_old, cdc_new";
    private const string Types = "id bigint, name text, email text, balance numeric, updated_at timestamptz, active boolean, cdc_ver text COLLATE \"C\", cdc_deleted_at bigint, cdc_old bigint, cdc_new bigint";
    private const string Assignments = "name = excluded.name, email = excluded.email, balance = excluded.balance, updated_at = excluded.updated_at, active = excluded.active, "
        + "cdc_ver = excluded.cdc_ver, cdc_deleted_at = excluded.cdc_deleted_at, cdc_old = excluded.cdc_old, cdc_new = excluded.cdc_new";

    private const string OnConflict = $" ON CONFLICT (id) DO UPDATE SET {Assignments} WHERE t.cdc_ver < excluded.cdc_ver";
    private const string Merge = """
        MERGE INTO bench__cdc AS t USING stage AS s ON t.id = s.id
        WHEN MATCHED AND t.cdc_ver < s.cdc_ver THEN UPDATE SET name = s.name, email = s.email, balance = s.balance, updated_at = s.updated_at, active = s.active,
            cdc_ver = s.cdc_ver, cdc_deleted_at = s.cdc_deleted_at, cdc_old = s.cdc_old, cdc_new = s.cdc_new
        WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name, s.email, s.balance, s.updated_at, s.active, s.cdc_ver, s.cdc_deleted_at, s.cdc_old, s.cdc_new)
        """;

    private readonly NpgsqlConnection _connection = new(connectionString);
    private readonly Dictionary<int, RelationalSink> _sinks = []; // by connections
    private readonly Dictionary<(BenchRow[] Rows, int Batch, int Connections), List<CdcRecord>[][]> _batches = [];

    /// <summary>All of them; the first is the ceiling.</summary>
    public async Task<List<Measurement>> CreateAsync()
    {
        await _connection.OpenAsync();
        await ExecuteAsync("SET client_min_messages = warning");
        await StartSinksAsync();
        var all = inserts.Length;
        var few = Math.Min(all, 1_500);
        var fewest = Math.Min(all, 300);
        List<Measurement> ways =
        [
            Way("raw binary COPY, no key (ceiling)", "new keys", all, EmptyAsync, () => CopyAsync("plain", inserts, 20_000), table: "plain"),
            Way("COPY into a table with a key", "new keys", all, EmptyAsync, () => CopyAsync("bench__cdc", inserts, 20_000)),
            Way("COPY to temp + MERGE, 20k", "new keys", all, EmptyAsync, () => StageAsync(inserts, 20_000, Merge)),
            Way("COPY to temp + INSERT..SELECT, 5k", "new keys", all, EmptyAsync, () => StageAsync(inserts, 5_000, StagedInsert)),
            Way("unnest, reused lists, 1k", "new keys", all, EmptyAsync, () => UnnestAsync(inserts, 1_000)),
            Way("unnest, reused lists, 5k", "new keys", all, EmptyAsync, () => UnnestAsync(inserts, 5_000)),
            Way("NpgsqlBatch, prepared, 5k", "new keys", all, EmptyAsync, () => BatchAsync(inserts, 5_000)),
            Way("Dapper, list in a transaction", "new keys", few, EmptyAsync, () => DapperAsync(inserts[..few], isInTransaction: true)),
            Way("Dapper, autocommit", "new keys", fewest, EmptyAsync, () => DapperAsync(inserts[..fewest], isInTransaction: false)),
            Way("TypedCdc live, 1k", "new keys", all, EmptyAsync, () => SinkAsync(inserts, 1_000, 4)),
            Way("TypedCdc live and backfill, 5k", "new keys", all, EmptyAsync, () => SinkAsync(inserts, 5_000, 4)),
            Way("TypedCdc, 5k, one connection", "new keys", all, EmptyAsync, () => SinkAsync(inserts, 5_000, 1)),
            Way("TypedCdc backfill, 20k", "new keys", all, EmptyAsync, () => SinkAsync(inserts, 20_000, 4)),
            Way("COPY to temp + MERGE, 20k", "present keys", all, FillAsync, () => StageAsync(updates, 20_000, Merge)),
            Way("unnest, reused lists, 5k", "present keys", all, FillAsync, () => UnnestAsync(updates, 5_000)),
            Way("Dapper, list in a transaction", "present keys", few, FillAsync, () => DapperAsync(updates[..few], isInTransaction: true)),
            Way("TypedCdc live, 1k", "present keys", all, FillAsync, () => SinkAsync(updates, 1_000, 4)),
            Way("TypedCdc live and backfill, 5k", "present keys", all, FillAsync, () => SinkAsync(updates, 5_000, 4)),
            Way("TypedCdc, 5k, one connection", "present keys", all, FillAsync, () => SinkAsync(updates, 5_000, 1)),
            Way("TypedCdc backfill, 20k", "present keys", all, FillAsync, () => SinkAsync(updates, 20_000, 4)),
            Way("TypedCdc, 5k, all of it a replay", "present keys", all, FillAsync, () => SinkAsync(inserts, 5_000, 4), isChecked: false),
        ];
        return ways;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks.Values)
        {
            await sink.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }

    private const string StagedInsert = $"INSERT INTO bench__cdc AS t ({Columns}) SELECT {Columns} FROM stage{OnConflict}";

    private Measurement Way(string name, string group, int rows, Func<Task> prepare, Func<Task> write, bool isChecked = true, string table = "bench__cdc") =>
        new(
            name, group, rows, prepare, write, isChecked && rows == inserts.Length ? () => ChecksumAsync(table) : null, () => CpuTime.OfServer(_connection.ProcessID),
            !name.StartsWith("TypedCdc", StringComparison.Ordinal) ? null : name.Contains("backfill", StringComparison.Ordinal) ? (0.33, 0.40) : (0.20, 0.25));

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The sinks, with their sessions open and their tables made; all ways write those tables.</summary>
    private async Task StartSinksAsync()
    {
        foreach (var connections in (int[])[1, 4])
        {
            var tables = new TableSetBuilder();
            tables.Add<BenchCustomer>();
            var sink = new RelationalSink(tables.Build(), new PostgresStore(new() { ConnectionString = connectionString, Connections = connections }));
            _sinks.Add(connections, sink);
            await sink.StartAsync(
                new() { Application = "bench", TimeProvider = TimeProvider.System, Logger = NullLogger.Instance, Tables = new BenchRow.OnlyBench() }, default);
        }

        await ExecuteAsync($"CREATE TABLE plain ({Types})");
    }

    private async Task EmptyAsync()
    {
        await ExecuteAsync("TRUNCATE plain, bench__cdc, bench__cdc_ties");
        await ExecuteAsync("CHECKPOINT");
    }

    private async Task FillAsync()
    {
        await EmptyAsync();
        await CopyAsync("bench__cdc", inserts, inserts.Length);
        await ExecuteAsync("VACUUM (ANALYZE) bench__cdc");
        await ExecuteAsync("CHECKPOINT");
    }

    private async Task<string> ChecksumAsync(string table)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) || ' ' || sum(hashtextextended(ROW({Columns})::text, 0)) FROM {table}", _connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task CopyAsync(string table, BenchRow[] rows, int batch)
    {
        for (var i = 0; i < rows.Length; i += batch)
        {
            await CopyAsync(table, rows.AsMemory(i, Math.Min(batch, rows.Length - i)));
        }
    }

    private async Task CopyAsync(string table, ReadOnlyMemory<BenchRow> rows)
    {
        await using var writer = await _connection.BeginBinaryImportAsync($"COPY {table} ({Columns}) FROM STDIN (FORMAT BINARY)");
        foreach (var row in rows.ToArray())
        {
            writer.StartRow();
            writer.Write(row.Id, NpgsqlDbType.Bigint);
            writer.Write(row.Name, NpgsqlDbType.Text);
            writer.Write(row.Email, NpgsqlDbType.Text);
            writer.Write(row.Balance, NpgsqlDbType.Numeric);
            writer.Write(row.UpdatedAt, NpgsqlDbType.TimestampTz);
            writer.Write(row.Active, NpgsqlDbType.Boolean);
            writer.Write(row.Version, NpgsqlDbType.Text);
            writer.WriteNull();
            writer.Write(row.Old, NpgsqlDbType.Bigint);
            writer.Write(row.New, NpgsqlDbType.Bigint);
        }

        await writer.CompleteAsync();
    }

    private async Task StageAsync(BenchRow[] rows, int batch, string sql)
    {
        await ExecuteAsync($"DROP TABLE IF EXISTS stage; CREATE TEMP TABLE stage ({Types}) ON COMMIT DELETE ROWS");
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await command.PrepareAsync();
        for (var i = 0; i < rows.Length; i += batch)
        {
            await using var transaction = await _connection.BeginTransactionAsync();
            await CopyAsync("stage", rows.AsMemory(i, Math.Min(batch, rows.Length - i)));
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    private async Task UnnestAsync(BenchRow[] rows, int batch)
    {
        List<long> ids = [], olds = [], news = [];
        List<string> names = [], emails = [], versions = [];
        List<decimal> balances = [];
        List<DateTime> times = [];
        List<bool> actives = [];
        List<long?> deleted = [];
        await using var command = new NpgsqlCommand($"INSERT INTO bench__cdc AS t ({Columns}) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10){OnConflict}", _connection) { CommandTimeout = 0 };
        Add(ids, NpgsqlDbType.Bigint);
        Add(names, NpgsqlDbType.Text);
        Add(emails, NpgsqlDbType.Text);
        Add(balances, NpgsqlDbType.Numeric);
        Add(times, NpgsqlDbType.TimestampTz);
        Add(actives, NpgsqlDbType.Boolean);
        Add(versions, NpgsqlDbType.Text);
        Add(deleted, NpgsqlDbType.Bigint);
        Add(olds, NpgsqlDbType.Bigint);
        Add(news, NpgsqlDbType.Bigint);
        await command.PrepareAsync();
        for (var i = 0; i < rows.Length; i += batch)
        {
            ids.Clear();
            names.Clear();
            emails.Clear();
            balances.Clear();
            times.Clear();
            actives.Clear();
            versions.Clear();
            deleted.Clear();
            olds.Clear();
            news.Clear();
            foreach (var row in rows.AsSpan(i, Math.Min(batch, rows.Length - i)))
            {
                ids.Add(row.Id);
                names.Add(row.Name);
                emails.Add(row.Email);
                balances.Add(row.Balance);
                times.Add(row.UpdatedAt);
                actives.Add(row.Active);
                versions.Add(row.Version);
                deleted.Add(null);
                olds.Add(row.Old);
                news.Add(row.New);
            }

            await command.ExecuteNonQueryAsync();
        }

        void Add<T>(List<T> values, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private async Task BatchAsync(BenchRow[] rows, int batch)
    {
        const string Sql = $"INSERT INTO bench__cdc AS t ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9){OnConflict}";
        for (var i = 0; i < rows.Length; i += batch)
        {
            await using var commands = new NpgsqlBatch(_connection);
            foreach (var row in rows.AsSpan(i, Math.Min(batch, rows.Length - i)))
            {
                commands.BatchCommands.Add(new(Sql)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long> { TypedValue = row.Id },
                        new NpgsqlParameter<string> { TypedValue = row.Name },
                        new NpgsqlParameter<string> { TypedValue = row.Email },
                        new NpgsqlParameter<decimal> { TypedValue = row.Balance },
                        new NpgsqlParameter<DateTime> { TypedValue = row.UpdatedAt },
                        new NpgsqlParameter<bool> { TypedValue = row.Active },
                        new NpgsqlParameter<string> { TypedValue = row.Version },
                        new NpgsqlParameter<long> { TypedValue = row.Old },
                        new NpgsqlParameter<long> { TypedValue = row.New },
                    },
                });
            }

            await commands.PrepareAsync();
            await commands.ExecuteNonQueryAsync();
        }
    }

    private async Task DapperAsync(BenchRow[] rows, bool isInTransaction)
    {
        const string Sql = $"INSERT INTO bench__cdc AS t ({Columns}) VALUES (@Id, @Name, @Email, @Balance, @UpdatedAt, @Active, @Version, NULL, @Old, @New){OnConflict}";
        if (!isInTransaction)
        {
            await _connection.ExecuteAsync(Sql, rows);
            return;
        }

        await using var transaction = await _connection.BeginTransactionAsync();
        await _connection.ExecuteAsync(Sql, rows, transaction);
        await transaction.CommitAsync();
    }

    /// <summary>As delivery does it: so many writes at once, each with keys of its own.</summary>
    private async Task SinkAsync(BenchRow[] rows, int batch, int connections)
    {
        var sink = _sinks[connections];
        await Task.WhenAll(Batches(rows, batch, connections).Select(lane => Task.Run(async () =>
        {
            foreach (var records in lane)
            {
                await sink.WriteAsync(records, default);
            }
        })));
    }

    // Cut once: the lists are delivery's, not the sink's.
    private List<CdcRecord>[][] Batches(BenchRow[] rows, int batch, int connections)
    {
        if (!_batches.TryGetValue((rows, batch, connections), out var batches))
        {
            var size = Math.Max(1, Math.Min(batch, rows.Length / connections));
            _batches.Add((rows, batch, connections), batches =
            [
                .. rows.GroupBy(row => row.Record.GetKeyHash() % (ulong)connections)
                    .Select(lane => lane.Select(static row => row.Record).Chunk(size).Select(static chunk => chunk.ToList()).ToArray()),
            ]);
        }

        return batches;
    }
}
