using TypedCdc.Services;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Dialects;

namespace TypedCdc.Sql.Tests.Schemaless;

[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectSchemalessConvergenceTests(PostgreSql server) : SchemalessConvergence
{
    private DialectWay _way;

    public static TheoryData<DialectWay> Ways => [.. Enum.GetValues<DialectWay>()];

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Documents(DialectWay way)
    {
        _way = way;
        await Any_order_leaves_the_same_documents(1, DocumentFormat.Typed);

        // CrateDB's numbers of many digits are text in plain documents.
        await Any_order_leaves_the_same_documents(2, way == DialectWay.CrateDbOnPostgres ? DocumentFormat.Typed : DocumentFormat.Plain);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Columns(DialectWay way)
    {
        _way = way;
        for (var seed = 1; seed <= 2; seed++)
        {
            await Any_order_leaves_the_same_columns(seed);
        }
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Ties(DialectWay way)
    {
        _way = way;
        for (var seed = 1; seed <= 2; seed++)
        {
            await Ties_end_alike_in_any_order(seed);
        }
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Workers_at_the_same_time(DialectWay way)
    {
        _way = way;
        for (var seed = 1; seed <= 2; seed++)
        {
            await Workers_that_add_columns_at_the_same_time_leave_the_same_view(seed, workers: 4);
        }
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task A_worker_behind(DialectWay way)
    {
        _way = way;
        await A_worker_that_knows_fewer_columns_looks_again();
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task A_crash_between_any_two_statements_loses_nothing(DialectWay way)
    {
        _way = way;
        var crashes = 0;
        for (var seed = 1; seed <= 3; seed++)
        {
            crashes += await Workers_that_crash_anywhere_leave_the_same_view(seed, seed % 2 == 0);
        }

        Assert.True(crashes > 6, $"Only {crashes} crashes.");
    }

    /// <summary>
    /// Where no transaction holds columns back: one worker writes without knowing a column that another one adds and fills in between, at every place; and ends there, or goes on.
    /// </summary>
    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectWay.MySqlOnSqlite, 3)]
    [InlineData(DialectWay.MySqlOnSqlite, 4)]
    [InlineData(DialectWay.CrateDbOnPostgres, 3)]
    public async Task A_column_that_is_added_and_filled_between_two_statements_leaves_nothing_behind(DialectWay way, int time)
    {
        _way = way;
        CdcRecord[] first = [Of("k", 1, 1, "x")];
        CdcRecord[] blind = [Of("k", time, 3, "x"), Of("other", time, 3, "x")];
        CdcRecord[] others = [Of("k", 2, 2, "x", "y"), Of("k", 3, 9, "y", "z"), Of("other", 2, 2, "z")];
        await using var quiet = await OpenAsync();
        await using (var sink = await quiet.StartAsync(static tables => tables.AddColumns("t")))
        {
            await sink.WriteAsync([.. others, .. first, .. blind], default);
        }

        var statements = int.MaxValue;
        for (var place = 1; place <= statements; place++)
        {
            foreach (var crashesAfter in way == DialectWay.MySqlOnSqlite ? [0, 1, 2, 4, 6, 8, int.MaxValue] : (int[])[0, 3, int.MaxValue])
            {
                await using var database = await SchemalessDialect.MakeAsync(way, server);
                await using var other = await database.StartAsync(static tables => tables.AddColumns("t"));
                var counted = int.MinValue;
                await using (var sink = await DialectSinks.StartAsync(database.Store(Count), static tables => tables.AddColumns("t")))
                {
                    await sink.WriteAsync(first, default);
                    counted = 0;
                    try
                    {
                        await sink.WriteAsync(blind, default);
                        statements = crashesAfter == int.MaxValue && place > counted ? counted : statements;
                    }
                    catch (CrashedException)
                    {
                        await other.WriteAsync(blind, default);
                    }
                }

                if (counted < place)
                {
                    await other.WriteAsync(others, default);
                }

                var (expected, found) = (await LinesAsync(quiet, "t"), await LinesAsync(database, "t"));
                Assert.True(Enumerable.SequenceEqual(expected, found), $"Before statement {place}, ending {crashesAfter} later.");

                SqlStatement Count(SqlStatement statement)
                {
                    counted++;
                    if (counted == place)
                    {
                        Task.Run(async () => await other.WriteAsync(others, default)).GetAwaiter().GetResult();
                    }

                    return counted > 0 && counted - place > crashesAfter && crashesAfter != int.MaxValue ? throw new CrashedException() : statement;
                }
            }
        }

        Assert.True(statements > 2, $"Only {statements} statements.");

        static CdcRecord Of(string id, int time, int number, params string[] attributes) => TestRecord.Make(
            "MODIFY", "t", time, number.ToString(System.Globalization.CultureInfo.InvariantCulture), $$$"""{"id":{"S":"{{{id}}}"}}""",
            $$$"""{"id":{"S":"{{{id}}}"},{{{string.Join(',', attributes.Select(name => $$"""{{'"'}}{{name}}":{"S":"{{name}}{{time}}.{{number}}"}"""))}}}}""");
    }

    private protected override Task<ISchemalessDatabase> OpenAsync() => SchemalessDialect.CreateAsync(_way, server);

    private protected override async Task<string[]> DocumentsAsync(ISchemalessDatabase database) => _way is DialectWay.Sqlite or DialectWay.MySqlOnSqlite
        ? await base.DocumentsAsync(database)
        : PostgresSchemalessConvergenceTests.Sorted(await base.DocumentsAsync(database));

    /// <summary>Two workers at once, of which each ends between two statements of its own now and then; the next one takes up what it had not acknowledged.</summary>
    private async Task<int> Workers_that_crash_anywhere_leave_the_same_view(int seed, bool ties)
    {
        await using var database = await SchemalessDialect.MakeAsync(_way, server);
        var history = new SchemalessHistory(seed, ties, keys: ties ? 4 : 10, changes: 60);
        var crashes = 0;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 10 + worker);
            var batches = new Queue<List<CdcRecord>>(history.Deliver(seed * 10 + worker));
            var countdown = random.Next(1, 30);
            while (batches.Count > 0)
            {
                try
                {
                    await using var sink = await DialectSinks.StartAsync(database.Store(statement => --countdown <= 0 ? throw new CrashedException() : statement), AddColumns);
                    while (batches.TryPeek(out var batch))
                    {
                        await sink.WriteAsync(batch, default);
                        batches.Dequeue();
                    }
                }
                catch (CrashedException)
                {
                    Interlocked.Increment(ref crashes);
                    countdown = random.Next(1, 60);
                }
            }
        })));
        if (ties)
        {
            // What a tie ends in is not for an oracle to say: another database that nothing has happened to.
            await using var quiet = await OpenAsync();
            await using var sink = await quiet.StartAsync(AddColumns);
            foreach (var batch in history.Deliver(seed))
            {
                await sink.WriteAsync(batch, default);
            }

            Assert.Equal(await LinesAsync(quiet), await LinesAsync(database));
        }
        else
        {
            Assert.Equal(history.ExpectedRows(), await LinesAsync(database));
        }

        Assert.Equal(history.ExpectedColumns(), (await database.ColumnsAsync(View)).Order(StringComparer.Ordinal));
        return crashes;
    }
}
