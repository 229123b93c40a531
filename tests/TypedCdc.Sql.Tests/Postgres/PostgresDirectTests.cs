using System.Globalization;
using System.Text;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>Small writes, which go by arrays in one round trip, and what makes them go another way.</summary>
[Collection("PostgreSQL")]
public sealed class PostgresDirectTests(PostgreSql server)
{
    private static readonly WritePaths Direct = new() { DirectRows = int.MaxValue, DirectBytes = int.MaxValue };

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task The_size_of_a_write_chooses_its_way()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, new() { DirectRows = 3, DirectBytes = 4_000 });
        using var metrics = new MetricSums("postgresql");
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Change("INSERT", 1, 10), Change("MODIFY", 2, 10), Change("REMOVE", 3, 10)], default);
        Assert.Equal((1, 0, 0), Ways(metrics));
        await sink.WriteAsync([Change("INSERT", 4, 10), Change("INSERT", 5, 10), Change("INSERT", 6, 10), Change("INSERT", 7, 10)], default);
        Assert.Equal((1, 1, 0), Ways(metrics));
        await sink.WriteAsync([Change("MODIFY", 1, 20), Change("MODIFY", 2, 20), Change("MODIFY", 3, 20), Change("MODIFY", 8, 20)], default);
        Assert.Equal((1, 1, 1), Ways(metrics));
        await sink.WriteAsync([Change("MODIFY", 1, 30, new('x', 4_000))], default);
        Assert.Equal((1, 1, 2), Ways(metrics));
        await sink.WriteAsync([Change("MODIFY", 1, 40), Change("REMOVE", 2, 40)], default);
        Assert.Equal((2, 1, 2), Ways(metrics));
        Assert.Equal(["1|n", "3|n", "4|n", "5|n", "6|n", "7|n", "8|n"], await database.RowsAsync("SELECT userid::text, first_name FROM customers ORDER BY userid"));
        Assert.Equal((14, 2), (metrics["cdc.sink.rows"], metrics["cdc.sink.tombstones"]));
    }

    /// <summary>A replay and what is older are guarded as ever, and need no other way; changes of one item at one time do, whether they come in one write or in two.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Only_ties_go_another_way()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, Direct);
        using var metrics = new MetricSums("postgresql");
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Change("INSERT", 1, 10, "a"), Change("INSERT", 2, 10, "a"), Change("MODIFY", 2, 20, "b", from: "a")], default);
        await sink.WriteAsync([Change("INSERT", 1, 10, "a"), Change("INSERT", 2, 10, "a"), Change("MODIFY", 3, 5, "c")], default);
        Assert.Equal((2, 0, 0), Ways(metrics));
        Assert.Equal((3, 2, 1, 0), (metrics["cdc.sink.rows"], metrics["cdc.sink.stale"], metrics["cdc.sink.compacted"], metrics["cdc.sink.ties"]));

        // In one write: known before anything is sent. Their images say that "d" came last, whatever their numbers are.
        await sink.WriteAsync([Change("MODIFY", 3, 30, "e", from: "c", number: "8"), Change("MODIFY", 3, 30, "d", from: "e", number: "7")], default);
        Assert.Equal((2, 0, 1), Ways(metrics));

        // In two: the server says so, and nothing of the first attempt stays.
        await sink.WriteAsync([Change("MODIFY", 2, 20, "f", from: "b", number: "1"), Change("INSERT", 4, 20)], default);
        Assert.Equal((2, 0, 2), Ways(metrics));
        Assert.Equal(["1|a", "2|f", "3|d", "4|n"], await database.RowsAsync("SELECT userid::text, first_name FROM customers ORDER BY userid"));
        Assert.Equal(["4"], await database.RowsAsync("SELECT count(*)::text FROM customers__cdc_ties"));

        // The next ones are not tried; then they are again.
        var ways = new List<double>();
        for (var write = 0; write < 6; write++)
        {
            await sink.WriteAsync([Change("MODIFY", 2, 40 + write), Change("MODIFY", 3, 40 + write)], default);
            ways.Add(Ways(metrics).Direct);
        }

        Assert.Equal([2, 2, 2, 2, 3, 4], ways);
        Assert.Equal(["0"], await database.RowsAsync("SELECT count(*)::text FROM customers__cdc_ties"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Settled_ties_are_forgotten_by_a_small_write()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using (var sink = await database.StartAsync())
        {
            await sink.WriteAsync([Change("INSERT", 1, 10, "a", number: "1"), Change("MODIFY", 1, 10, "b", from: "a", number: "2")], default);
        }

        Assert.Equal(["2"], await database.RowsAsync("SELECT count(*)::text FROM customers__cdc_ties"));
        using var metrics = new MetricSums("postgresql");
        await using var other = await database.StartAsync();
        await other.WriteAsync([Change("MODIFY", 1, 20, "c", from: "b")], default);
        Assert.Equal((1, 0, 0), Ways(metrics));
        Assert.Equal(["0"], await database.RowsAsync("SELECT count(*)::text FROM customers__cdc_ties"));
    }

    /// <summary>The server looks at the revisions behind the rows, and takes them back.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_that_a_newer_worker_has_changed_takes_no_small_write_either()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, Direct);
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Change("INSERT", 1, 10)], default);
        await database.ExecuteAsync("UPDATE cdc_models SET revisions = revisions || ' 0123456789abcdef'");
        await Assert.ThrowsAsync<SchemaDriftException>(async () => await sink.WriteAsync([Change("INSERT", 2, 10)], default));
        Assert.Equal(["1"], await database.RowsAsync("SELECT userid::text FROM customers"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_before_the_horizon_goes_another_way()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, Direct);
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Change("INSERT", 1, 10)], default);
        await database.ExecuteAsync("UPDATE cdc_models SET horizon = 1000");
        var rejected = await Assert.ThrowsAsync<RejectedRecordsException>(
            async () => await sink.WriteAsync([Change("INSERT", 2, 999), Change("MODIFY", 1, 999, "z"), Change("INSERT", 3, 1000)], default));
        Assert.Equal(0, Assert.Single(rejected.Rejected).Index);
        Assert.Equal(["1|z", "3|n"], await database.RowsAsync("SELECT userid::text, first_name FROM customers ORDER BY userid"));
    }

    /// <summary>A transaction that begins by itself has the isolation that the guard needs, whatever the database's default is.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Writers_do_not_depend_on_the_databases_isolation()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, Direct);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L', current_database(), 'serializable'); END $$");
        Npgsql.NpgsqlConnection.ClearAllPools();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            await using var sink = await database.StartAsync();
            for (var write = 0; write < 25; write++)
            {
                await sink.WriteAsync([.. Enumerable.Range(1, 5).Select(id => Change("MODIFY", id, (4 * write) + writer + 1, $"{write}-{writer}"))], default);
            }
        })));
        Assert.Equal(["24-3"], await database.RowsAsync("SELECT DISTINCT first_name FROM customers"));
    }

    /// <summary>What the arrays spell is what the COPY carries: quotes, backslashes, braces, NULLs of both kinds, arrays in arrays, numbers and times of any size.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Both_ways_write_the_same_values()
    {
        const int Seed = 20240712;
        const int Rows = 200;
        var random = new Random(Seed);
        var records = Enumerable.Range(0, Rows).Select(id => Everything(random, id)).ToList();
        var dumps = new List<string[]>();
        foreach (var paths in (WritePaths[])[new() { DirectRows = 0 }, Direct])
        {
            await using var database = await PostgresDatabase.CreateAsync(server, paths);
            using var metrics = new MetricSums("postgresql");
            await using var sink = await database.StartAsync(static tables => tables.Add<AllTypes>(), CdcModel.Get<AllTypes>());
            await sink.WriteAsync(records, default);
            Assert.Equal(paths == Direct ? 1 : 0, metrics["cdc.sink.table_writes/direct"]);
            dumps.Add(await database.RowsAsync("SELECT (t.*)::text FROM types__cdc AS t ORDER BY id"));
        }

        Assert.Equal(Rows, dumps[0].Length);
        for (var i = 0; i < Rows; i++)
        {
            Assert.True(dumps[0][i] == dumps[1][i], $"Seed {Seed}, row {i}:\n{dumps[0][i]}\n{dumps[1][i]}");
        }
    }

    private static (double Direct, double Copy, double Stage) Ways(MetricSums metrics) =>
        (metrics["cdc.sink.table_writes/direct"], metrics["cdc.sink.table_writes/copy"], metrics["cdc.sink.table_writes/stage"]);

    private static CdcRecord Change(string operation, int id, int time, string name = "n", string? from = null, string number = "5")
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, number, key, operation == "REMOVE" ? null : Image(name), operation == "INSERT" ? null : from is null ? key : Image(from));

        string Image(string value) => $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{value}}}"}}""";
    }

    private static CdcRecord Everything(Random random, int id)
    {
        var image = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"N":"{{{id}}}"}"""));
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("String", S(Text())), ("Char", S("ä")), ("Bool", random.Next(2) == 0 ? """{"BOOL":true}""" : """{"BOOL":false}"""), ("Short", N(random.Next(-32768, 32768))), ("Long", N(random.NextInt64(long.MinValue, long.MaxValue))),
            ("Decimal", N(random.NextInt64() / 1000m)), ("Number", N($"-{random.NextInt64()}E{random.Next(-130, 100)}")), ("Double", N((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-120, 120)))),
            ("Float", N((float)(random.NextDouble() * Math.Pow(10, random.Next(-30, 30))))), ("Bytes", B()), ("Guid", S(Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString("n"))),
            ("DateTime", S(new DateTime(random.NextInt64(DateTime.MaxValue.Ticks / 10) * 10, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture))),
            ("DateOnly", S(DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber)).ToString("O", CultureInfo.InvariantCulture))),
            ("TimeOnly", S(new TimeOnly(random.NextInt64(TimeOnly.MaxValue.Ticks / 10) * 10).ToString("O", CultureInfo.InvariantCulture))),
            ("TimeSpan", S(new TimeSpan(random.NextInt64(long.MinValue / 10, long.MaxValue / 10) * 10).ToString("c", CultureInfo.InvariantCulture))),
            ("Strings", L(() => S(Text()))), ("NullableStrings", L(() => random.Next(3) == 0 ? """{"NULL":true}""" : S(Text()))), ("Ints", L(() => N(random.Next(int.MinValue, int.MaxValue)))),
            ("Decimals", L(() => N(random.NextInt64() / 1000m))), ("Doubles", L(() => N(random.NextDouble()))), ("Binaries", L(B)), ("Guids", L(() => S(new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString()))),
            ("Element", $$$"""{"M":{{{JsonSerializer.Serialize(new Dictionary<string, JsonElement> { [Text()] = JsonElement.Parse(S(Text())) })}}}}"""), ("rest", S(Text())),
        ])
        {
            if (random.Next(4) > 0)
            {
                image.Append(CultureInfo.InvariantCulture, $",\"{name}\":{value}");
            }
        }

        return TestRecord.Make("INSERT", "types", 1, "1", string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"N":"{{{id}}}"}}"""), image.Append('}').ToString());

        string Text() => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => ((string[])["\"", "\\", "{", "}", ",", "NULL", " ", "\n", "ä", "😀", "'", "x", "\t", "\\N"])[random.Next(14)]));

        static string S(string text) => $$"""{"S":{{JsonSerializer.Serialize(text)}}}""";

        static string N(IFormattable number) => $$"""{"N":"{{number.ToString(null, CultureInfo.InvariantCulture)}}"}""";

        string B()
        {
            var bytes = new byte[random.Next(9)];
            random.NextBytes(bytes);
            return $$"""{"B":"{{Convert.ToBase64String(bytes)}}"}""";
        }

        string L(Func<string> element) => $$"""{"L":[{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => element()))}}]}""";
    }
}
