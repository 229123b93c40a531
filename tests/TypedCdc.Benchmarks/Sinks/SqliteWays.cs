using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>The ways of writing rows to SQLite.</summary>
internal sealed class SqliteWays(BenchRow[] inserts, BenchRow[] updates) : IAsyncDisposable
{
    private const string Columns = "id, name, email, balance, updated_at, active, cdc_ver, cdc_deleted_at, cdc_old, cdc_new";
    private const int Live = 5_000;
    private const int Behind = 20_000; // what delivery gives a sink that is behind
    private const int AtOnce = 8; // the sink's Concurrency

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("typedcdc-bench-");
    private readonly Dictionary<(BenchRow[] Rows, int Batch, int AtOnce), List<CdcRecord>[][]> _batches = [];
    private WriteBatch? _batch;
    private int _number;
    private RelationalSink? _sink;

    private string Path => System.IO.Path.Combine(_folder.FullName, $"bench{_number}.db");

    public List<Measurement> Create()
    {
        var all = inserts.Length;
        return
        [
            new("unguarded plain append, sync off (ceiling)", "SQLite, new keys", all, NextAsync, AppendAsync, ChecksumAsync),
            new("ADO, prepared, guarded, durable, 5k", "SQLite, new keys", all, MakeAsync, () => AdoAsync(inserts), ChecksumAsync),
            new("TypedCdc, durable, 5k, 8 writes at once", "SQLite, new keys", all, MakeAsync, () => SinkAsync(inserts, Live, AtOnce), ChecksumAsync),
            new("TypedCdc, durable, 5k, one write at a time", "SQLite, new keys", all, MakeAsync, () => SinkAsync(inserts, Live, 1), ChecksumAsync),
            new("TypedCdc, durable, behind: 20k, one write at a time", "SQLite, new keys", all, MakeAsync, () => SinkAsync(inserts, Behind, 1), ChecksumAsync),
            new("(of that: from record bytes to sorted rows)", "SQLite, new keys", all, () => Task.CompletedTask, ReadAsync, null),
            new("ADO, prepared, guarded, durable, 5k", "SQLite, present keys", all, FillAsync, () => AdoAsync(updates), ChecksumAsync),
            new("TypedCdc, durable, 5k, 8 writes at once", "SQLite, present keys", all, FillAsync, () => SinkAsync(updates, Live, AtOnce), ChecksumAsync),
            new("TypedCdc, durable, 5k, one write at a time", "SQLite, present keys", all, FillAsync, () => SinkAsync(updates, Live, 1), ChecksumAsync),
            new("TypedCdc, durable, behind: 20k, one write at a time", "SQLite, present keys", all, FillAsync, () => SinkAsync(updates, Behind, 1), ChecksumAsync),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Delete(recursive: true);
    }

    private async Task CloseAsync()
    {
        if (_sink is not null)
        {
            await _sink.DisposeAsync();
            _sink = null;
        }
    }

    private async Task NextAsync()
    {
        await CloseAsync();
        foreach (var file in _folder.GetFiles())
        {
            file.Delete();
        }

        _number++;
    }

    private async Task MakeAsync()
    {
        await NextAsync();
        var tables = new TableSetBuilder();
        tables.Add<BenchCustomer>();
        _sink = new(tables.Build(), new SqlStore(new SqliteDatabase(new() { Path = Path })));
        await _sink.StartAsync(new() { Application = "bench", TimeProvider = TimeProvider.System, Logger = NullLogger.Instance, Tables = new BenchRow.OnlyBench() }, default);
    }

    private async Task FillAsync()
    {
        await MakeAsync();
        await SinkAsync(inserts, Behind, 1);
    }

    private Task AppendAsync()
    {
        using var connection = new SqliteConnection(Path);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE bench__cdc (id INTEGER, name TEXT, email TEXT, balance TEXT, updated_at TEXT, active INTEGER, cdc_ver TEXT, cdc_deleted_at INTEGER, cdc_old INTEGER, cdc_new INTEGER)");
        using var insert = connection.Prepare($"INSERT INTO bench__cdc ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8, ?9)");
        var text = new byte[256];
        connection.Execute("BEGIN");
        foreach (var row in inserts)
        {
            insert.BindInt64(1, row.Id);
            BindText(2, row.Name);
            BindText(3, row.Email);
            BindText(4, Balance(row));
            BindText(5, Time(row));
            insert.BindInt64(6, row.Active ? 1 : 0);
            BindText(7, row.Version);
            insert.BindInt64(8, row.Old);
            insert.BindInt64(9, row.New);
            insert.Step();
            insert.Reset();
        }

        connection.Execute("COMMIT");
        return Task.CompletedTask;

        void BindText(int parameter, string value) => insert.BindText(parameter, text.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(value, text)));
    }

    private Task AdoAsync(BenchRow[] rows)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
            pragma.ExecuteNonQuery();
        }

        using var command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO bench__cdc AS t ({Columns}) VALUES ($id, $name, $email, $balance, $time, $active, $version, NULL, $old, $new)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, balance = excluded.balance, updated_at = excluded.updated_at, active = excluded.active,
                cdc_ver = excluded.cdc_ver, cdc_deleted_at = excluded.cdc_deleted_at, cdc_old = excluded.cdc_old, cdc_new = excluded.cdc_new
            WHERE t.cdc_ver < excluded.cdc_ver
            """;
        var parameters = ((string[])["$id", "$name", "$email", "$balance", "$time", "$active", "$version", "$old", "$new"]).Select(name =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }).ToArray();
        for (var i = 0; i < rows.Length; i += Live)
        {
            using var transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            foreach (var row in rows.AsSpan(i, Math.Min(Live, rows.Length - i)))
            {
                parameters[0].Value = row.Id;
                parameters[1].Value = row.Name;
                parameters[2].Value = row.Email;
                parameters[3].Value = Balance(row);
                parameters[4].Value = Time(row);
                parameters[5].Value = row.Active ? 1 : 0;
                parameters[6].Value = row.Version;
                parameters[7].Value = row.Old;
                parameters[8].Value = row.New;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return Task.CompletedTask;
    }

    /// <summary>As delivery does it: so many writes at once, each with keys of its own.</summary>
    private async Task SinkAsync(BenchRow[] rows, int batch, int atOnce) =>
        await Task.WhenAll(Batches(rows, batch, atOnce).Select(lane => Task.Run(async () =>
        {
            foreach (var records in lane)
            {
                await _sink!.WriteAsync(records, default);
            }
        })));

    // Cut once: the lists are delivery's, not the sink's. Lanes differ by a few rows, which make no write of their own.
    private List<CdcRecord>[][] Batches(BenchRow[] rows, int batch, int atOnce)
    {
        if (!_batches.TryGetValue((rows, batch, atOnce), out var batches))
        {
            _batches.Add((rows, batch, atOnce), batches =
            [
                .. rows.GroupBy(row => row.Record.GetKeyHash() % (ulong)atOnce)
                    .Select(lane => lane.Select(static row => row.Record).Chunk(batch + (batch / 20)).Select(static chunk => chunk.ToList()).ToArray()),
            ]);
        }

        return batches;
    }

    private Task ReadAsync()
    {
        _batch ??= BenchRow.NewBatch();
        foreach (var records in Batches(inserts, Live, 1)[0])
        {
            _batch.Read(records);
        }

        return Task.CompletedTask;
    }

    private Task<string> ChecksumAsync()
    {
        // Computed here and in the order of keys: SQLite has no hash of its own.
        using var connection = new SqliteConnection(Path);
        using var select = connection.Prepare($"SELECT {string.Join("||'|'||", Columns.Split(", ").Select(static name => $"quote({name})"))} FROM bench__cdc ORDER BY id");
        var hash = 14695981039346656037UL;
        var count = 0;
        while (select.Step())
        {
            count++;
            foreach (var one in select.Text(0))
            {
                hash = unchecked((hash ^ one) * 1099511628211UL);
            }
        }

        return Task.FromResult($"{count} {hash:x}");
    }

    private static string Balance(BenchRow row) => row.Balance.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Time(BenchRow row) => row.UpdatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", System.Globalization.CultureInfo.InvariantCulture);
}
