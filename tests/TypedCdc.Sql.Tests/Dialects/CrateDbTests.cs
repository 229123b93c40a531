using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Postgres;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>CrateDB cannot be run here: its statements stand as text, and their guards run on PostgreSQL, one statement a transaction, as CrateDB has none.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class CrateDbTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Any_permutation_cut_anywhere_leaves_the_same_view()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = seed % 3 == 0 ? history.DeliverRenumbered() : history.Deliver(newNumbers: seed % 2 == 0);
            await using var sink = await DialectSinks.StartAsync(Store(database));
            await sink.WriteAsync(history.Cut(delivery));
            Assert.True(History.Expect(delivery) == await DumpAsync(database), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_crash_between_any_two_statements_loses_nothing_though_each_is_a_transaction_of_its_own()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = history.Deliver(newNumbers: false);
            crashes += await DialectSinks.WriteCrashingAsync(before => Store(database, before), history.Cut(delivery), new(seed));
            Assert.True(History.Expect(delivery) == await DumpAsync(database), $"Seed {seed}.");
        }

        Assert.True(crashes > 5, $"Only {crashes} crashes.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Four_writers_at_once_leave_the_same_view_without_a_lock()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var histories = Enumerable.Range(0, 4).Select(_ => new History(seed, keys: 12, changes: 120)).ToArray();
            var deliveries = histories.Select(static (history, i) => i % 2 == 0 ? history.Deliver(newNumbers: false) : [.. Enumerable.Reverse(history.Deliver(newNumbers: false))]).ToArray();
            await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
            {
                await using var sink = await DialectSinks.StartAsync(Store(database));
                await sink.WriteAsync(history.Cut(delivery));
            })));
            Assert.True(History.Expect(deliveries[0]) == await DumpAsync(database), $"Seed {seed}.");
        }
    }

    [Fact]
    public async Task Statements_read_as_they_should()
    {
        var seen = new List<string>();
        var script = new ScriptedExecutor(statement =>
        {
            seen.Add(statement.Text + string.Concat(statement.Parameters.Select(static (one, i) => $"\n-- ${i + 1} = {Show(one)}")));
            return statement.Text.StartsWith("SELECT \"revisions\"", StringComparison.Ordinal) ? [["x " + CdcModel.Get<Typed>().Schema.Revision]]
                : statement.Text.StartsWith("INSERT INTO \"typed__cdc\"", StringComparison.Ordinal) && statement.ReturnsRows ? [["a", 1L, "0000000000000000009:0011", 0L]]
                : statement.Text.StartsWith("SELECT \"cdc_ver\"", StringComparison.Ordinal) ? [["0000000000000000009:0011", 0L, 7L], ["0000000000000000009:0012", 7L, 8L]]
                : [];
        });
        await using var sink = await DialectSinks.StartAsync(new SqlStore(new CrateDbDialect(), _ => new(script)), static tables => tables.Add<Typed>(), null, CdcModel.Get<Typed>());
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "typed", 9, "2", """{"id":{"S":"a"},"no":{"N":"1"}}""", """
                    {"id":{"S":"a"},"no":{"N":"1"},"tags":{"SS":["b","a"]},"counts":{"L":[{"N":"3"}]},"at":{"S":"2024-07-12T03:17:42.5Z"},"bytes":{"B":"AP+A"},"exact":{"N":"1.10"},
                    "map":{"M":{"n":{"N":"12345678901234567890"},"m":{"N":"15"}}},"more":{"N":"12345678901234567890"}}
                    """),
            ],
            default);
        Snapshot.Verify(string.Join("\n\n", seen) + "\n", "sql", $"{nameof(CrateDbTests)}.{nameof(Statements_read_as_they_should)}");

        static string Show(object? value) => value switch
        {
            null => "NULL",
            System.Collections.IEnumerable many and not string => "[" + string.Join(", ", many.Cast<object>()) + "]",
            _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
        };
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Rows_that_are_missing_in_the_answer_are_found_and_the_others_are_written()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var dialect = new CrateDbDialect();
        var open = Sessions.OnPostgres(database.ConnectionString, dialect, Sessions.FromCrateDb);
        await using var sink = await DialectSinks.StartAsync(new SqlStore(dialect, async token => new PartialExecutor(await open(token), "poison")));
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [.. Enumerable.Range(1, 40).Select(static i => Named(i, i, i % 13 == 0 ? "poison" : "fine")), Named(26, 1, "older"), Named(39, 100, "newer")], default));
        Assert.Equal([12, 25], refused.Rejected.Select(static one => one.Index).Order());
        Assert.Equal(["39"], await database.RowsAsync("SELECT count(*)::text FROM customers"));
        Assert.Equal(["26|older", "39|newer"], await database.RowsAsync("SELECT userid::text, first_name FROM customers WHERE first_name <> 'fine' ORDER BY 1"));
    }

    [Fact]
    public void Answers_mean_what_they_should()
    {
        var dialect = new CrateDbDialect();
        Assert.Equal(SqlFailure.Row, dialect.Classify(Error("XX000", "Cannot cast value `x` to type `integer`")));
        Assert.Equal(SqlFailure.Row, dialect.Classify(Error("XX000", "bytes can be at most 32766 in length; got 40000")));
        Assert.Equal(SqlFailure.Row, dialect.Classify(Error("23505", "A document with the same primary key exists already")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(Error("XX000", "primary shard is not active Timeout: [1m]")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(Error("XX000", "[parent] Data too large, data for [x] would be larger than the limit")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(new NpgsqlException("lost", new IOException())));
        Assert.Equal(SqlFailure.Unknown, dialect.Classify(Error("XX000", "something else")));
        Assert.Equal(SqlFailure.Unknown, dialect.Classify(Error("42P01", "Relation 'x' unknown")));

        Assert.True(NpgsqlSessions.IsOfTypeLoading(Error("XX000", "Unknown function: x")));
        Assert.False(NpgsqlSessions.IsOfTypeLoading(Error("28000", "trust authentication failed")));
        Assert.False(NpgsqlSessions.IsOfTypeLoading(new NpgsqlException("lost", new IOException())));
    }

    [Fact]
    public async Task A_lost_connection_ends_the_session_and_the_next_write_takes_a_new_one()
    {
        var opened = 0;
        var fails = false;
        await using var sink = await DialectSinks.StartAsync(new SqlStore(new CrateDbDialect(), _ =>
        {
            opened++;
            return new(new ScriptedExecutor(statement => fails ? throw new NpgsqlException("lost", new IOException())
                : statement.Text.StartsWith("SELECT \"revisions\"", StringComparison.Ordinal) ? [[CdcModel.Get<Customer>().Schema.Revision]]
                : statement.ReturnsRows && statement.Text.StartsWith("INSERT", StringComparison.Ordinal) ? [[1L, "0000000000000000001:0011", 0L]] : []));
        }));
        Assert.Equal(1, opened);
        await sink.WriteAsync([Named(1, 1, "a")], default);
        await sink.WriteAsync([Named(1, 1, "a")], default);
        Assert.Equal(1, opened);
        fails = true;
        await Assert.ThrowsAsync<NpgsqlException>(async () => await sink.WriteAsync([Named(1, 1, "a")], default));
        fails = false;
        await sink.WriteAsync([Named(1, 1, "a")], default);
        Assert.Equal(2, opened);
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_not_shown()
    {
        var sessions = new NpgsqlSessions("CrateDB", "Host=x;Password=hunter2;hunter3=1", null, mayLackTypes: true);
        var error = Assert.ThrowsAny<Exception>(() => sessions.OpenAsync(default).AsTask().GetAwaiter().GetResult());
        Assert.DoesNotContain("hunter", error.ToString(), StringComparison.Ordinal);
    }

    private static CdcRecord Named(int id, int version, string name)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", version, "1", key, $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{name}}}"}}""");
    }

    private static PostgresException Error(string state, string message) => new(message, "ERROR", "ERROR", state);

    private static SqlStore Store(PostgresDatabase database, Func<SqlStatement, SqlStatement?>? before = null)
    {
        var dialect = new CrateDbDialect();
        return new(dialect, Sessions.OnPostgres(database.ConnectionString, dialect, statement => Sessions.FromCrateDb(before is null ? statement : before(statement)!)));
    }

    private static Task<string> DumpAsync(PostgresDatabase database) => database.DumpCustomersAsync();
}
