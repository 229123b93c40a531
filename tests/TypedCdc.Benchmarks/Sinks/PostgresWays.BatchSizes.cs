using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TypedCdc.Benchmarks.Harness;
using TypedCdc.Postgres;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>Live writes of present keys by their size, on one connection: how long one takes, and how many rows a second that makes.</summary>
internal sealed partial class PostgresWays
{
    private static readonly (int Size, int Rows)[] BatchSizes = [(1, 200), (10, 1_000), (100, 2_000), (500, 4_000), (1_000, 8_000), (5_000, 10_000), (20_000, 20_000)];

    /// <summary>Measures and prints.</summary>
    public async Task MeasureBatchSizesAsync(BenchmarkReport report, int samples, CancellationToken cancellationToken)
    {
        // The same rows for all, as far as they go.
        var sizes = BatchSizes.Where(one => one.Rows <= updates.Length).ToArray();
        List<(string Name, int LargestSize, Func<BenchRow[], int, Task> Write)> ways =
        [
            ("TypedCdc", int.MaxValue, await SizedSinkAsync(null)),
            ("TypedCdc, all direct", 1_000, await SizedSinkAsync(new() { DirectRows = int.MaxValue, DirectBytes = int.MaxValue })),
            ("TypedCdc, nothing direct", 1_000, await SizedSinkAsync(new() { DirectRows = 0 })),
            ("unnest, reused lists", int.MaxValue, UnnestAsync),
            ("NpgsqlBatch, prepared", 1_000, BatchAsync),
            ("Npgsql, a prepared row, autocommit", 1, (rows, _) => SingleRowsAsync(rows)),
            ("Dapper, a row, autocommit", 1, (rows, _) => DapperAsync(rows, isInTransaction: false)),
        ];
        var figures = new Dictionary<(string, int), (Samples Seconds, Samples Client, Samples Server)>();
        for (var sample = -1; sample < samples; sample++)
        {
            foreach (var (size, count) in sizes)
            {
                foreach (var (name, largest, write) in ways.Where(way => way.LargestSize >= size))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!figures.TryGetValue((name, size), out var figure))
                    {
                        figures.Add((name, size), figure = (new(), new(), new()));
                    }

                    await FillAsync();
                    var server = CpuTime.OfServer(_connection.ProcessID);
                    var client = CpuTime.OfThisProcess();
                    var clock = Stopwatch.StartNew();
                    await write(updates[..count], size);
                    var seconds = clock.Elapsed.TotalSeconds;
                    if (sample >= 0)
                    {
                        figure.Seconds.Add(seconds / (count / size));
                        figure.Client.Add((CpuTime.OfThisProcess() - client) / count);
                        figure.Server.Add((CpuTime.OfServer(_connection.ProcessID) - server) / count);
                    }
                }
            }
        }

        var columns = sizes.Select(static one => one.Size.ToString("N0", CultureInfo.InvariantCulture)).ToArray();
        Add("rows/s by rows a write", static (figure, size) => size / figure.Seconds.Median);
        Add("ms a write by rows a write", static (figure, _) => 1_000 * figure.Seconds.Median);
        Add("µs of the server's processors a row", static (figure, _) => figure.Server.Median);
        Add("µs of the client's processors a row", static (figure, _) => figure.Client.Median);

        void Add(string what, Func<(Samples Seconds, Samples Client, Samples Server), int, double> value)
        {
            var table = new BenchmarkTable($"Sinks: present keys, one connection, {what}, medians", ["way", .. columns]);
            foreach (var way in ways)
            {
                table.Add([way.Name, .. sizes.Select(one => figures.TryGetValue((way.Name, one.Size), out var figure) ? value(figure, one.Size) : (object)"")]);
            }

            report.Add(table);
        }
    }

    private async Task<Func<BenchRow[], int, Task>> SizedSinkAsync(WritePaths? paths)
    {
        var tables = new TableSetBuilder();
        tables.Add<BenchCustomer>();
        var sink = new RelationalSink(tables.Build(), new PostgresStore(new() { ConnectionString = connectionString, Connections = 1 }, paths));
        _sinks.Add(-1 - _sinks.Count, sink);
        await sink.StartAsync(new() { Application = "bench", TimeProvider = TimeProvider.System, Logger = NullLogger.Instance, Tables = new BenchRow.OnlyBench() }, default);
        return async (rows, size) =>
        {
            foreach (var records in rows.Select(static row => row.Record).Chunk(size))
            {
                await sink.WriteAsync(records, default);
            }
        };
    }

    private async Task SingleRowsAsync(BenchRow[] rows)
    {
        await using var command = new NpgsqlCommand($"INSERT INTO bench__cdc AS t ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9){OnConflict}", _connection);
        var id = new NpgsqlParameter<long>();
        var name = new NpgsqlParameter<string>();
        var email = new NpgsqlParameter<string>();
        var balance = new NpgsqlParameter<decimal>();
        var time = new NpgsqlParameter<DateTime>();
        var active = new NpgsqlParameter<bool>();
        var version = new NpgsqlParameter<string>();
        var old = new NpgsqlParameter<long>();
        var @new = new NpgsqlParameter<long>();
        command.Parameters.AddRange((NpgsqlParameter[])[id, name, email, balance, time, active, version, old, @new]);
        var isPrepared = false;
        foreach (var row in rows)
        {
            id.TypedValue = row.Id;
            name.TypedValue = row.Name;
            email.TypedValue = row.Email;
            balance.TypedValue = row.Balance;
            time.TypedValue = row.UpdatedAt;
            active.TypedValue = row.Active;
            version.TypedValue = row.Version;
            old.TypedValue = row.Old;
            @new.TypedValue = row.New;
            if (!isPrepared)
            {
                await command.PrepareAsync();
                isPrepared = true;
            }

            await command.ExecuteNonQueryAsync();
        }
    }
}
