using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Dialects;
using TypedCdc.Sql.Tests.Schemaless;

namespace TypedCdc.Sql.Tests.Histories;

/// <summary>Histories on databases that a dialect describes: the oracle of the others, on the engines that run here.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectHistoryTests(PostgreSql server)
{
    public static TheoryData<DialectWay> Ways => [.. Enum.GetValues<DialectWay>()];

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Any_permutation_cut_anywhere_and_crashed_anywhere_leaves_every_change_once(DialectWay way)
    {
        for (var seed = 1; seed <= 2; seed++)
        {
            var random = new Random(seed);
            var history = new History(seed, keys: 8, changes: 100);
            var delivery = history.Deliver(newNumbers: seed % 2 == 0);
            await using var database = await SchemalessDialect.MakeAsync(way, server);
            var batches = new Queue<List<CdcRecord>>(history.Cut(delivery));
            var countdown = random.Next(1, 8);
            var crashes = 0;
            while (batches.Count > 0)
            {
                try
                {
                    await using var sink = await StartAsync(database.HistoryStore(statement => --countdown <= 0 ? throw new CrashedException() : statement));
                    while (batches.TryPeek(out var batch))
                    {
                        await sink.WriteAsync(batch, default);
                        batches.Dequeue();
                    }
                }
                catch (CrashedException)
                {
                    crashes++;
                    countdown = random.Next(1, 30);
                }
            }

            Assert.True(crashes > 0, $"Seed {seed} crashed nowhere.");
            Assert.Equal(Expect(way, delivery), await LinesAsync(database));

            // A replay adds nothing.
            await using var again = await StartAsync(database.HistoryStore());
            await again.WriteAsync([.. delivery.Select(static one => one.ToRecord())], default);
            Assert.Equal(0, again.Metrics!.Rows);
        }
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Four_writers_at_once_leave_every_change_once(DialectWay way)
    {
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        var histories = Enumerable.Range(0, 4).Select(static _ => new History(7, keys: 8, changes: 120)).ToArray();
        var deliveries = histories.Select(static history => history.Deliver(newNumbers: false)).ToArray();
        await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
        {
            await using var sink = await StartAsync(database.HistoryStore());
            foreach (var batch in history.Cut(delivery))
            {
                await sink.WriteAsync(batch, default);
            }
        })));
        Assert.Equal(Expect(way, deliveries[0]), await LinesAsync(database));
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task The_envelope_is_kept_whole(DialectWay way)
    {
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        await using var sink = await StartAsync(database.HistoryStore());
        await sink.WriteAsync(
            [
                CdcRecord.Parse(Encoding.UTF8.GetBytes("""
                    {"awsRegion":"eu-central-1","eventID":"e1f0a2c4-0000-0000-0000-00000000000a","eventName":"REMOVE","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
                    "tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1720740233012345,"ApproximateCreationDateTimePrecision":"MICROSECOND",
                    "Keys":{"userid":{"N":"8"}},"OldImage":{"userid":{"N":"8"},"first_name":{"S":"A\"ä"}},"SizeBytes":77}}
                    """), new(TestRecord.Shard, SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898"))),
            ],
            default);
        Assert.Equal(
            [
                "8|1720740233012345|stream|shardId-000000000000|056:49590338271490256608559692538361571095921575989136588898|REMOVE|∅|e1f0a2c4-0000-0000-0000-00000000000a"
                    + "|49590338271490256608559692538361571095921575989136588898|customers|eu-central-1|Service|dynamodb.amazonaws.com|77",
            ],
            await database.RowsAsync("""
                SELECT CAST(userid AS text), CAST(cdc_timestamp AS text), cdc_stream, cdc_shard, cdc_position, cdc_operation, CAST(cdc_after AS text), cdc_event_id,
                    cdc_sequence_number, cdc_table, cdc_region, cdc_user_type, cdc_user_principal, CAST(cdc_size AS text)
                FROM customers__history WHERE cdc_ttl
                """));
        if (way is not (DialectWay.Sqlite or DialectWay.Postgres))
        {
            Assert.Equal(["64"], await database.RowsAsync("SELECT CAST(length(cdc_id) AS text) FROM customers__history"));
        }
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task Every_type_of_key_can_be_read_again(DialectWay way)
    {
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        await using var sink = await StartAsync(database.HistoryStore(), static tables => tables.AddHistory<Everything>().AddHistory<NumberKeyed>());
        for (var run = 0; run < 2; run++)
        {
            await sink.WriteAsync(
                [
                    TestRecord.Make("REMOVE", "everything", 5, "1", """{"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"}}"""),
                    TestRecord.Make("REMOVE", "numbers", 5, "2", """{"id":{"N":"1.50"}}"""),
                ],
                default);
        }

        Assert.Equal(["0f8fad5b-d9cb-469f-a165-70867728950e"], await database.RowsAsync("SELECT CAST(id AS text) FROM everything__history"));
        Assert.Equal(["1.5"], await database.RowsAsync("SELECT CAST(id AS text) FROM numbers__history"));
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectWay.Postgres)]
    [InlineData(DialectWay.RedshiftOnPostgres)]
    public async Task A_row_that_the_database_refuses_is_found_and_its_neighbours_are_written(DialectWay way)
    {
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        await using var sink = await StartAsync(database.HistoryStore(), static tables => tables.AddHistory<Reading>());
        await database.ExecuteAsync("ALTER TABLE \"sensor_readings_2024__history\" ADD CHECK (at <> 'c')");
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([.. "abcdef".Select(static at => Reading(at.ToString(), "x"))], default));
        Assert.Equal([2], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("refused the row (23514)", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "d", "e", "f"], await database.RowsAsync("SELECT at FROM \"sensor_readings_2024__history\" ORDER BY at"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_that_CrateDB_leaves_out_is_found_and_one_that_was_there_is_not_taken_for_it()
    {
        await using var database = await SchemalessDialect.MakeAsync(DialectWay.CrateDbOnPostgres, server);
        await using (var before = await StartAsync(database.HistoryStore(), static tables => tables.AddHistory<Reading>()))
        {
            await before.WriteAsync([Reading("b", "x")], default);
        }

        var statements = 0;
        await using var sink = await StartAsync(
            new SqlStore(new CrateDbDialect(), async token => new LeavingOut(await database.OpenAsync(statement =>
            {
                statements += statement.Text.StartsWith("INSERT", StringComparison.Ordinal) ? 1 : 0;
                return statement;
            }, token), "poison")),
            static tables => tables.AddHistory<Reading>());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Reading("a", "x"), Reading("b", "x"), Reading("c", "poison"), Reading("d", "x")], default));
        Assert.Equal([2], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("without saying why", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(2, sink.Metrics!.Rows);
        Assert.Equal(["a", "b", "d"], await database.RowsAsync("SELECT at FROM \"sensor_readings_2024__history\" ORDER BY at"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_image_that_Redshift_cannot_hold_is_a_dead_letter_that_says_so()
    {
        await using var database = await SchemalessDialect.MakeAsync(DialectWay.RedshiftOnPostgres, server);
        await using var sink = await StartAsync(database.HistoryStore(), static tables => tables.AddHistory<Reading>());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Reading("a", "x"), Reading("b", new('x', 65_536)), Reading("c", "\\u0000"), Reading("d", new('x', 65_000))], default));
        Assert.Equal([1, 2], refused.Rejected.Select(static one => one.Index));
        Assert.Matches("'cdc_after' of the history 'sensor_readings_2024__history' has 65[0-9]{3} bytes, and the database takes 65535", refused.Rejected[0].Reason.Message);
        Assert.Contains("U+0000", refused.Rejected[1].Reason.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a", "d"], await database.RowsAsync("SELECT at FROM \"sensor_readings_2024__history\" ORDER BY at"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Error_1023_is_tried_again_and_a_statement_that_is_too_large_is_halved()
    {
        await using var database = await SchemalessDialect.MakeAsync(DialectWay.RedshiftOnPostgres, server);
        var conflicts = 2;
        await using var sink = await StartAsync(
            database.HistoryStore(statement => statement.Text.StartsWith("LOCK", StringComparison.Ordinal) && statement.Text.Contains("history", StringComparison.Ordinal) && conflicts-- > 0
                    ? throw new PostgresException("1023", "ERROR", "ERROR", "XX000", detail: "Serializable isolation violation on table - 1")
                : statement.Parameters.Count > 60 ? throw new PostgresException("Statement is too large. Statement Size: 16777217 bytes.", "ERROR", "ERROR", "54000")
                : statement),
            static tables => tables.AddHistory<Reading>());
        await sink.WriteAsync([.. Enumerable.Range(0, 30).Select(static i => Reading($"{i:D2}", "x"))], default);
        Assert.Equal(30, sink.Metrics!.Rows);
        Assert.True(conflicts < 0);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public async Task A_table_of_another_key_is_refused_Validate_makes_none_and_a_later_column_is_added(DialectWay way)
    {
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        var missing = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync(database.HistoryStore(), mode: MigrationMode.Validate));
        Assert.Contains("CREATE TABLE IF NOT EXISTS", missing.Plan, StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () => await (await StartAsync(database.HistoryStore())).DisposeAsync())));
        await (await StartAsync(database.HistoryStore(), mode: MigrationMode.Validate)).DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE customers__history DROP COLUMN cdc_size");
        await (await StartAsync(database.HistoryStore())).DisposeAsync();
        Assert.Contains("cdc_size", await database.ColumnsAsync("customers__history"));
        await database.ExecuteAsync("DROP TABLE customers__history");
        await database.ExecuteAsync("CREATE TABLE customers__history (name text PRIMARY KEY)");
        var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync(database.HistoryStore()));
        Assert.Contains("its primary key is (name), the model's is (" + (way is DialectWay.Sqlite or DialectWay.Postgres ? "userid, cdc_timestamp, cdc_stream, cdc_shard, cdc_position)" : "cdc_id)"), drift.Plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DialectWay.MySqlOnSqlite)]
    [InlineData(DialectWay.CrateDbOnPostgres)]
    [InlineData(DialectWay.RedshiftOnPostgres)]
    public async Task Statements_read_as_they_should(DialectWay way)
    {
        var seen = new List<string>();
        var script = new ScriptedExecutor(statement =>
        {
            seen.Add(statement.Text);
            return [];
        });
        IRelationalStore store = way switch
        {
            DialectWay.MySqlOnSqlite => new SqlStore(new MySqlDialect(), _ => new(script)),
            DialectWay.CrateDbOnPostgres => new SqlStore(new CrateDbDialect(), _ => new(script)),
            _ => new RedshiftStore(_ => new(script)),
        };
        await using var sink = await StartAsync(store, static tables => tables.AddHistory<Reading>());
        await sink.WriteAsync([Reading("a", "x")], default);
        // What reads the catalogue and registers revisions has snapshots beside models' tables.
        var own = seen.Where(static text => !text.Contains("cdc_models", StringComparison.Ordinal) && !text.Contains("cdc_migrations", StringComparison.Ordinal) && !text.Contains("information_schema", StringComparison.Ordinal));
        Snapshot.Verify(string.Join("\n\n", own) + "\n", "sql", $"{nameof(DialectHistoryTests)}.{way}");
    }

    private static CdcRecord Reading(string at, string n) =>
        TestRecord.Make("INSERT", "Sensor-Readings.2024", 1, "1", $$$"""{"at":{"S":"{{{at}}}"},"device":{"S":"x"}}""", $$$"""{"at":{"S":"{{{at}}}"},"device":{"S":"x"},"n":{"S":"{{{n}}}"}}""");

    private static async Task<RelationalSink> StartAsync(IRelationalStore store, Action<TableSetBuilder>? configure = null, MigrationMode mode = MigrationMode.AddOnly)
    {
        var tables = new TableSetBuilder { Migrations = mode };
        (configure ?? (static tables => tables.AddHistory<Customer>()))(tables);
        var sink = RelationalSink.OfHistories(tables.Build(), store);
        try
        {
            await sink.StartAsync(SqliteFixture.Context(), default);
            return sink;
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    // CrateDB's numbers of many digits are text.
    private static IEnumerable<string> Expect(DialectWay way, IEnumerable<History.Event> delivery) => way == DialectWay.CrateDbOnPostgres
        ? HistoryOracle.Expect(delivery).Select(static line => Regex.Replace(line, "\":(?<number>-?[0-9.]{16,})", "\":\"${number}\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))).Order(StringComparer.Ordinal)
        : HistoryOracle.Expect(delivery);

    // jsonb and JSON columns keep names in an order and with blanks of their own.
    private static async Task<string[]> LinesAsync(SchemalessDialect database) => [.. (await database.RowsAsync(HistoryOracle.Select)).Select(static row =>
    {
        var parts = row.Split('|');
        return string.Join('|', parts[..4].Concat(parts[4..].Select(static image => image == "∅" ? image : PostgresSchemalessConvergenceTests.Sorted(JsonNode.Parse(image)!).ToJsonString())));
    }).Order(StringComparer.Ordinal)];

    /// <summary>Leaves out rows that hold a value, and says so by the number of rows alone.</summary>
    private sealed class LeavingOut(ISqlSession inner, string poison) : ISqlSession
    {
        public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
        {
            if (!statement.Text.StartsWith("INSERT", StringComparison.Ordinal) || !statement.Parameters.Any(IsPoison))
            {
                return await inner.ExecuteAsync(statement, cancellationToken);
            }

            var start = statement.Text.IndexOf("VALUES ", StringComparison.Ordinal) + "VALUES ".Length;
            var end = statement.Text.IndexOf("\nON CONFLICT", StringComparison.Ordinal);
            var first = statement.Text[start..end].Split(",\n    (")[0];
            var written = 0L;
            foreach (var values in statement.Parameters.Chunk(first.Count(static character => character == '$')))
            {
                written += values.Any(IsPoison) ? 0 : (await inner.ExecuteAsync(statement with { Text = statement.Text[..start] + first + statement.Text[end..], Parameters = values }, cancellationToken)).AffectedRows;
            }

            return new(written);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private bool IsPoison(object? value) => value is string text && text.Contains(poison, StringComparison.Ordinal);
    }
}
