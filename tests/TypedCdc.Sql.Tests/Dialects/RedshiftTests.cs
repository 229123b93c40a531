using System.Text;
using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;
using TypedCdc.Sql.Tests.Postgres;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Redshift cannot be run here: its statements stand as text, and run on PostgreSQL 15, which has MERGE, with the few words changed that PostgreSQL does not have.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class RedshiftTests(PostgreSql server)
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
            Assert.True(History.Expect(delivery) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_crash_between_any_two_statements_loses_nothing_and_tears_nothing()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = history.Deliver(newNumbers: false);
            crashes += await DialectSinks.WriteCrashingAsync(before => Store(database, before), history.Cut(delivery), new(seed));
            Assert.True(History.Expect(delivery) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }

        Assert.True(crashes > 5, $"Only {crashes} crashes.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Four_writers_at_once_leave_the_same_view()
    {
        for (var seed = 1; seed <= 2; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var histories = Enumerable.Range(0, 4).Select(_ => new History(seed, keys: 12, changes: 120)).ToArray();
            var deliveries = histories.Select(static (history, i) => i % 2 == 0 ? history.Deliver(newNumbers: false) : [.. Enumerable.Reverse(history.Deliver(newNumbers: false))]).ToArray();
            await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
            {
                await using var sink = await DialectSinks.StartAsync(Store(database));
                await sink.WriteAsync(history.Cut(delivery));
            })));
            Assert.True(History.Expect(deliveries[0]) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_writer_that_has_looked_holds_the_others_back_until_it_has_written()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var newer = await DialectSinks.StartAsync(Store(database));
        await newer.WriteAsync([Named(1, 1, "oldest")], default);
        Task? overtaking = null;
        await using var older = await DialectSinks.StartAsync(Store(database, statement =>
        {
            if (statement.Text.StartsWith("MERGE", StringComparison.Ordinal) && overtaking is null)
            {
                overtaking = Task.Run(async () => await newer.WriteAsync([Named(1, 3, "newest")], default));
                Assert.False(overtaking.Wait(TimeSpan.FromMilliseconds(500)), "Nothing held the other writer back.");
            }

            return statement;
        }));
        await older.WriteAsync([Named(1, 2, "older")], default);
        await overtaking!;
        Assert.Equal(["newest"], await database.RowsAsync("SELECT first_name FROM customers"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Keys_that_differ_in_trailing_blanks_are_two_rows()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await DialectSinks.StartAsync(
            new RedshiftStore(Sessions.OnPostgres(database.ConnectionString, new RedshiftDialect(), Sessions.FromRedshiftWithBlanks)), static tables => tables.Add<Reading>());
        await sink.WriteAsync([Make("a", 1, 1), Make("a ", 1, 2), Make("a  ", 1, 3)], default);
        await sink.WriteAsync([Make("a ", 2, 20), TestRecord.Make("REMOVE", "Sensor-Readings.2024", 3, "3", """{"device":{"S":"a"},"at":{"S":"x"}}""")], default);
        Assert.Equal(["a  |3", "a |20"], (await database.RowsAsync("SELECT device, \"order\"::text FROM sensor_readings_2024")).Order(StringComparer.Ordinal));

        static CdcRecord Make(string device, int version, int order) => TestRecord.Make(
            "INSERT", "Sensor-Readings.2024", version, "1", $$$"""{"device":{"S":"{{{device}}}"},"at":{"S":"x"}}""", $$$"""{"device":{"S":"{{{device}}}"},"at":{"S":"x"},"order":{"N":"{{{order}}}"}}""");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Documents_and_bytes_come_out_as_they_went_in_by_insert_and_by_copy()
    {
        foreach (var byCopy in new[] { false, true })
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var stage = new MemoryStage();
            var open = Sessions.OnPostgres(database.ConnectionString, new RedshiftDialect(), Sessions.FromRedshift);
            await using var sink = await DialectSinks.StartAsync(
                new RedshiftStore(async token => new CopyingExecutor(await open(token), stage), byCopy ? stage : null, stageFrom: 1), static tables => tables.Add<Typed>(), null, CdcModel.Get<Typed>());
            await sink.WriteAsync(
                [
                    TestRecord.Make("INSERT", "typed", 9, "2", """{"id":{"S":"a,\"b\"\n"},"no":{"N":"1"}}""", """
                        {"id":{"S":"a,\"b\"\n"},"no":{"N":"1"},"tags":{"SS":["b","a"]},"counts":{"L":[{"N":"3"}]},"at":{"S":"2024-07-12T03:17:42.5Z"},"bytes":{"B":"AP+A"},"exact":{"N":"1.10"},
                        "map":{"M":{"n":{"N":"12345678901234567890"}}},"more":{"N":"1"}}
                        """),
                    TestRecord.Make("INSERT", "typed", 9, "3", """{"id":{"S":""},"no":{"N":"1"}}""", """{"id":{"S":""},"no":{"N":"1"}}"""),
                ],
                default);
            Assert.Equal(
                ["a,\"b\"\n|1|[\"a\", \"b\"]|[3]|2024-07-12 03:17:42.5+00|\\x00ff80|1.10|{\"n\": 12345678901234567890}|{\"more\": {\"N\": \"1\"}}", "|1|∅|∅|∅|∅|∅|∅|∅"],
                await database.RowsAsync("SET TIME ZONE 'UTC'; SELECT id, no::text, tags::text, counts::text, at::text, bytes::text, exact, map::text, rest::text FROM typed ORDER BY id DESC"));
            Assert.Equal(byCopy ? 1 : 0, stage.Uploads);
            Assert.Empty(stage.Stored);
        }
    }

    [Fact]
    public async Task Statements_read_as_they_should()
    {
        var seen = new List<string>();
        var script = new ScriptedExecutor(statement =>
        {
            seen.Add(statement.Text);
            return statement.Text.StartsWith("SELECT \"revisions\"", StringComparison.Ordinal) ? [[CdcModel.Get<Typed>().Schema.Revision]]
                : statement.Text.StartsWith("SELECT count(*)", StringComparison.Ordinal) ? [[1L]]
                : statement.Text.StartsWith("SELECT m.", StringComparison.Ordinal) ? [["1:a.1:1.", "0000000000000000009:0011", 0L, 7L], ["1:a.1:1.", "0000000000000000009:0012", 7L, 8L]]
                : [];
        });
        await using var sink = await DialectSinks.StartAsync(new RedshiftStore(_ => new(script)), static tables => tables.Add<Typed>(), null, CdcModel.Get<Typed>());
        await sink.WriteAsync([TestRecord.Make("INSERT", "typed", 9, "2", """{"id":{"S":"a"},"no":{"N":"1"}}""", """{"id":{"S":"a"},"no":{"N":"1"}}""")], default);
        Snapshot.Verify(string.Join("\n\n", seen) + "\n", "sql", $"{nameof(RedshiftTests)}.{nameof(Statements_read_as_they_should)}");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Error_1023_is_tried_again_and_given_up_as_a_conflict_after_some_attempts()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var failures = 3;
        await using var sink = await DialectSinks.StartAsync(Store(database, statement => statement.Text.StartsWith("MERGE", StringComparison.Ordinal) && failures-- > 0 ? throw Serialization() : statement));
        await sink.WriteAsync([Named(1, 1, "a")], default);
        Assert.Equal(["1|a"], await database.RowsAsync("SELECT userid::text, first_name FROM customers"));
        failures = int.MaxValue;
        var error = await Assert.ThrowsAsync<PostgresException>(async () => await sink.WriteAsync([Named(2, 1, "b")], default));
        Assert.Equal(SqlFailure.Conflict, new RedshiftDialect().Classify(error));
        failures = 0;
        await sink.WriteAsync([Named(2, 1, "b")], default);
        Assert.Equal(["2"], await database.RowsAsync("SELECT count(*)::text FROM customers"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_statement_that_is_too_large_is_halved_and_a_row_that_is_refused_stands_alone()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await DialectSinks.StartAsync(Store(database, static statement =>
            !statement.Text.StartsWith("INSERT INTO \"customers__cdc_", StringComparison.Ordinal) ? statement
            : statement.Parameters.Contains("poison") ? throw new PostgresException("Load into table 'x' failed. Check 'stl_load_errors' system table for details.", "ERROR", "ERROR", "XX000")
            : statement.Parameters.Count > 120 ? throw new PostgresException("Statement is too large. Statement Size: 16777217 bytes. Maximum Allowed: 16777216 bytes", "ERROR", "ERROR", "54000")
            : statement));
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [.. Enumerable.Range(1, 40).Select(static i => Named(i, i, i == 13 ? "poison" : "fine")), Named(13, 5, "older")], default));
        Assert.Equal([12], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(["40|older"], await database.RowsAsync("SELECT count(*)::text, max(first_name) FILTER (WHERE userid = 13) FROM customers"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Documents_beyond_64_KB_go_by_copy_and_without_a_stage_are_refused_with_their_size()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var stage = new MemoryStage();
        var open = Sessions.OnPostgres(database.ConnectionString, new RedshiftDialect(), Sessions.FromRedshift);
        var large = string.Concat(Enumerable.Range(0, 2).Select(static i => $$"""{"S":"{{new string('x', 40_000)}}{{i}}"},""")).TrimEnd(',');
        CdcRecord[] records = [Document(1, large), Document(2, """{"S":"small"}""")];
        await using (var staged = await DialectSinks.StartAsync(
            new RedshiftStore(async token => new CopyingExecutor(await open(token), stage), stage), static tables => tables.Add<Typed>(), null, CdcModel.Get<Typed>()))
        {
            await staged.WriteAsync([records[1]], default);
            Assert.Equal(0, stage.Uploads);
            await staged.WriteAsync(records, default);
            Assert.Equal(1, stage.Uploads);
            Assert.Equal(["1|40001", "2|5"], await database.RowsAsync("SELECT no::text, length(map->'list'->>-1)::text FROM typed ORDER BY 1"));
        }

        await using var alone = await DialectSinks.StartAsync(
            new RedshiftStore(open),
            static tables =>
            {
                tables.Migrations = MigrationMode.Off;
                tables.Add<Typed>();
            },
            null,
            CdcModel.Get<Typed>());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await alone.WriteAsync([Document(3, large), Document(4, """{"S":"small"}""")], default));
        Assert.Contains("The value has 80018 bytes as a document, and the database takes 65535 in a column.", Assert.Single(refused.Rejected).Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["3"], await database.RowsAsync("SELECT count(*)::text FROM typed"));

        static CdcRecord Document(int number, string elements) => TestRecord.Make(
            "INSERT", "typed", number, "1", $$$"""{"id":{"S":"a"},"no":{"N":"{{{number}}}"}}""", $$$"""{"id":{"S":"a"},"no":{"N":"{{{number}}}"},"map":{"M":{"list":{"L":[{{{elements}}}]} } } }""");
    }

    [Fact]
    public async Task Statements_stay_below_16_MB()
    {
        var sizes = new List<long>();
        var script = new ScriptedExecutor(statement =>
        {
            sizes.Add(statement.Text.Length + statement.Parameters.Sum(static one => one is string text ? Encoding.UTF8.GetByteCount(text) : 8L));
            return statement.Text.StartsWith("SELECT \"revisions\"", StringComparison.Ordinal) ? [[CdcModel.Get<Customer>().Schema.Revision, null, null, null]]
                : statement.Text.StartsWith("SELECT count(*)", StringComparison.Ordinal) ? [[0L]] : [];
        });
        await using var sink = await DialectSinks.StartAsync(new RedshiftStore(_ => new(script)), static tables =>
        {
            tables.Migrations = MigrationMode.Off;
            tables.Add<Customer>();
        });
        await sink.WriteAsync([.. Enumerable.Range(0, 600).Select(static i => Named(i, 1, new string('ä', 32_000)))], default);
        Assert.True(sizes.Sum() > 38_000_000);
        Assert.All(sizes, static size => Assert.InRange(size, 0, 16_000_000));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_VARCHAR_is_widened_outside_a_transaction_with_its_ties()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var inTransaction = false;
        SqlStatement? Watch(SqlStatement statement)
        {
            inTransaction = statement.Text == "BEGIN" || (inTransaction && statement.Text is not "COMMIT" and not "ROLLBACK");
            Assert.False(inTransaction && statement.Text.Contains(" TYPE ", StringComparison.Ordinal), "ALTER TYPE cannot run in a transaction.");
            return statement;
        }

        Task<RelationalSink> OpenAsync<T>(MigrationMode mode) => DialectSinks.StartAsync(
            Store(database, Watch),
            tables =>
            {
                tables.Migrations = mode;
                tables.Add<T>();
            },
            null,
            CdcModel.Get<T>());
        await (await OpenAsync<ShortNote>(MigrationMode.AddOnly)).DisposeAsync();
        var refused = await Assert.ThrowsAsync<SchemaDriftException>(() => OpenAsync<LongNote>(MigrationMode.AddOnly));
        Assert.Contains("ALTER TABLE \"notes__cdc\" ALTER COLUMN \"text\" TYPE VARCHAR(20)", refused.Plan, StringComparison.Ordinal);
        await using var sink = await OpenAsync<LongNote>(MigrationMode.Widen);
        await sink.WriteAsync([Note(1, "1", "twelve bytes"), Note(1, "2", "thirteen bytes")], default);
        Assert.Equal(["thirteen bytes"], await database.RowsAsync("SELECT text FROM notes"));
        Assert.Equal(["20", "20", "20"], await database.RowsAsync("SELECT character_maximum_length::text FROM information_schema.columns WHERE column_name = 'text' AND table_name LIKE 'notes%' AND table_schema = 'public'"));

        // A CAST would cut it.
        var tooLong = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Note(2, "3", "twenty-one bytes: äöü"), Note(3, "4", "fits")], default));
        Assert.Equal(0, Assert.Single(tooLong.Rejected).Index);
        Assert.Equal(["fits", "thirteen bytes"], await database.RowsAsync("SELECT text FROM notes ORDER BY 1"));

        static CdcRecord Note(int id, string number, string text) =>
            TestRecord.Make("INSERT", "notes", 1, number, $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"text":{"S":"{{{text}}}"}}""");
    }

    [Fact]
    public async Task Names_with_capitals_are_refused_before_anything_is_made()
    {
        var script = new ScriptedExecutor(static _ => []);
        var error = await Assert.ThrowsAsync<SchemaDriftException>(() => DialectSinks.StartAsync(new RedshiftStore(_ => new(script)), static tables => tables.Add<Capital>(), null, CdcModel.Get<Capital>()));
        Assert.Contains("Redshift folds the name 'Name' to lower case", error.Message, StringComparison.Ordinal);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_that_somebody_inserts_without_its_joined_key_is_refused_by_the_table()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await DialectSinks.StartAsync(Store(database));
        var insert = SqlStatements.Upsert(SqlDatabase.Redshift, new TargetTable(0, CdcModel.Get<Customer>(), static _ => UnfitValue.Fail).Sql).Split('\n');
        Assert.Contains(insert, static line => line.StartsWith("INSERT INTO \"customers__cdc\"", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("INSERT INTO customers__cdc (userid, cdc_ver) VALUES (1, '0000000000000000001:000')"));
        Assert.Equal(("23502", "cdc_key"), (error.SqlState, error.ColumnName));
    }

    [Fact]
    public void Answers_mean_what_they_should()
    {
        var dialect = new RedshiftDialect();
        Assert.Equal(SqlFailure.Conflict, dialect.Classify(Serialization()));
        Assert.Equal(SqlFailure.Row, dialect.Classify(Error("22001", "value too long for character type")));
        Assert.Equal(SqlFailure.Row, dialect.Classify(Error("XX000", "Load into table 'x' failed. Check 'sys_load_error_detail' system table for details.")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(Error("57P01", "terminating connection")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(Error("XX000", "Disk Full")));
        Assert.Equal(SqlFailure.Transient, dialect.Classify(new NpgsqlException("lost", new IOException())));
        Assert.Equal(SqlFailure.Unknown, dialect.Classify(Error("42501", "permission denied")));
    }

    [Fact]
    public void An_authorization_is_not_shown() =>
        Assert.DoesNotContain("SECRET", new RedshiftObject("s3://bucket/key", "ACCESS_KEY_ID 'x' SECRET_ACCESS_KEY 'y'").ToString(), StringComparison.Ordinal);

    private static PostgresException Serialization() => new("1023", "ERROR", "ERROR", "XX000", detail: "Serializable isolation violation on table - 1256109, transactions forming the cycle are: 1, 2 (pid:1)");

    private static PostgresException Error(string state, string message) => new(message, "ERROR", "ERROR", state);

    private static CdcRecord Named(int id, int version, string name)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", version, "1", key, $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{name}}}"}}""");
    }

    private static RedshiftStore Store(PostgresDatabase database, Func<SqlStatement, SqlStatement?>? before = null) => new(Sessions.OnPostgres(
        database.ConnectionString, new RedshiftDialect(), statement => Sessions.FromRedshift(before is null ? statement : before(statement)!)));

    private sealed class MemoryStage : IRedshiftStage
    {
        public Dictionary<string, string> Stored { get; } = [];

        public int Uploads { get; private set; }

        public ValueTask<RedshiftObject> UploadAsync(ReadOnlyMemory<byte> csv, CancellationToken cancellationToken)
        {
            var location = $"s3://bucket/{Uploads++}";
            Stored.Add(location, Encoding.UTF8.GetString(csv.Span));
            return new(new RedshiftObject(location, "IAM_ROLE default"));
        }

        public ValueTask DeleteAsync(RedshiftObject stored, CancellationToken cancellationToken)
        {
            Stored.Remove(stored.Location);
            return default;
        }
    }

    /// <summary>Loads what COPY names, as literals, so that PostgreSQL makes each column's type of them.</summary>
    private sealed class CopyingExecutor(ISqlSession inner, MemoryStage stage) : ISqlSession
    {
        public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
        {
            if (!statement.Text.StartsWith("COPY", StringComparison.Ordinal))
            {
                return await inner.ExecuteAsync(statement, cancellationToken);
            }

            var lines = statement.Text.Split('\n');
            Assert.Equal("IAM_ROLE default", lines[2]);
            Assert.Equal("CSV NULL AS '@cdc:null@' TIMEFORMAT 'auto' DATEFORMAT 'auto'", lines[3]);
            var csv = stage.Stored[lines[1]["FROM '".Length..^1]];
            var rows = new List<string>();
            var row = new List<string>();
            for (var at = 0; at < csv.Length;)
            {
                Assert.Equal('"', csv[at]);
                var field = new StringBuilder();
                for (at++; csv[at] != '"' || csv[at + 1] == '"'; at++)
                {
                    at += csv[at] == '"' ? 1 : 0;
                    field.Append(csv[at]);
                }

                row.Add(field.ToString() is var text && text == "@cdc:null@" ? "NULL" : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'");
                if (csv[at + 1] == '\n')
                {
                    rows.Add($"({string.Join(", ", row)})");
                    row.Clear();
                }

                at += 2;
            }

            return await inner.ExecuteAsync(new($"INSERT INTO {lines[0]["COPY ".Length..]} VALUES {string.Join(", ", rows)}"), cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
