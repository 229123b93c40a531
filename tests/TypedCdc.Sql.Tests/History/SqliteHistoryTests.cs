using System.Text;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Histories;

public sealed class SqliteHistoryTests
{
    [Fact]
    public async Task Any_permutation_cut_anywhere_and_crashed_anywhere_leaves_every_change_once()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var history = new History(seed, keys: 8, changes: 100);
            var delivery = history.Deliver(newNumbers: seed % 2 == 0);
            using var database = new SqliteFixture();
            var crashes = await CrashingWorkers.WriteAsync(tick => StartAsync(database, beforeStatement: _ => tick()), history.Cut(delivery), random, first: 60, next: 200);

            Assert.True(crashes > 0, $"Seed {seed} crashed nowhere.");
            Assert.Equal(HistoryOracle.Expect(delivery), database.Rows(HistoryOracle.Select).Order(StringComparer.Ordinal));

            // A replay adds nothing.
            await using var again = await StartAsync(database);
            await again.WriteAsync([.. delivery.Select(static one => one.ToRecord())], default);
            Assert.Equal(0, again.Metrics!.Rows);
        }
    }

    [Fact]
    public async Task The_envelope_is_kept_whole()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database);
        await sink.WriteAsync(
            [
                CdcRecord.Parse(Encoding.UTF8.GetBytes("""
                    {"awsRegion":"eu-central-1","eventID":"e1f0a2c4-0000-0000-0000-00000000000a","eventName":"REMOVE","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
                    "tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1720740233012345,"ApproximateCreationDateTimePrecision":"MICROSECOND",
                    "Keys":{"userid":{"N":"8"}},"OldImage":{"userid":{"N":"8"},"z":{"SS":["b","a"]},"first_name":{"S":"A\u0000\"ä"}},"SizeBytes":77}}
                    """), new(TestRecord.Shard, SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898"))),
            ],
            default);
        Assert.Equal(
            [
                """
                8|1720740233012345|stream|shardId-000000000000|056:49590338271490256608559692538361571095921575989136588898|REMOVE|{"first_name":"A\u0000\"ä","userid":8,"z":["a","b"]}|∅|e1f0a2c4-0000-0000-0000-00000000000a|49590338271490256608559692538361571095921575989136588898|customers|eu-central-1|Service|dynamodb.amazonaws.com|1|77
                """,
            ],
            database.Rows("SELECT * FROM customers__history"));
    }

    [Fact]
    public async Task Images_and_format_are_as_asked_for()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database, static history =>
        {
            history.Images = Images.Before;
            history.Documents = DocumentFormat.Typed;
            history.SqlName = "log";
        });
        await sink.WriteAsync([TestRecord.Make("MODIFY", "customers", 1, "1", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"},"b":{"NS":["10","9"]}}""")], default);
        Assert.Equal(["""{"b":{"NS":["9","10"]},"userid":{"N":"1"}}|∅"""], database.Rows("SELECT cdc_before, cdc_after FROM log"));
    }

    [Fact]
    public async Task A_record_of_a_file_is_the_same_one_whatever_other_files_there_are()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database);
        foreach (var rank in (UInt128[])[1, 2])
        {
            var record = TestRecord.Make("INSERT", "customers", 1, null, """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}""");
            await sink.WriteAsync([CdcRecord.Parse(record.Utf8, new(new("/data/b.jsonl", "0"), new((rank * 1_000_000_000_000) + 7)))], default);
        }

        Assert.Equal(["/data/b.jsonl|0|001:7|7"], database.Rows("SELECT cdc_stream, cdc_shard, cdc_position, cdc_sequence_number FROM customers__history"));
    }

    [Fact]
    public async Task Records_without_a_position_are_told_apart_by_their_event_ids_and_else_by_their_bytes()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database);
        var one = TestRecord.Make("INSERT", "customers", 1, null, """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}""");
        var nameless = CdcRecord.Parse("""{"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"}}}}"""u8.ToArray());
        await sink.WriteAsync([one, nameless, one, nameless], default);
        await sink.WriteAsync([nameless, one], default);
        Assert.Equal(["bytes", "event"], database.Rows("SELECT substr(cdc_position, 1, 5) FROM customers__history ORDER BY 1"));
    }

    [Fact]
    public async Task A_record_whose_key_does_not_fit_is_refused_and_its_neighbours_are_written()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database);
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"S":"x"}}""", """{"userid":{"S":"x"}}"""),
                TestRecord.Make("INSERT", "customers", 1, "2", """{"userid":{"N":"2"}}""", """{"userid":{"N":"2"},"phone":{"S":"not a number, which a log does not mind"}}"""),
            ],
            default));
        Assert.Equal([0], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(["2"], database.Rows("SELECT userid FROM customers__history"));
    }

    [Fact]
    public async Task A_table_of_another_key_is_refused_and_Validate_makes_none()
    {
        using var database = new SqliteFixture();
        var missing = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync(database, mode: MigrationMode.Validate));
        Assert.Contains("CREATE TABLE IF NOT EXISTS \"customers__history\"", missing.Message, StringComparison.Ordinal);
        await (await StartAsync(database)).DisposeAsync();
        await (await StartAsync(database, mode: MigrationMode.Validate)).DisposeAsync();
        using (var connection = new SqliteConnection(database.Path))
        {
            connection.Execute("DROP TABLE customers__history; CREATE TABLE customers__history (name TEXT PRIMARY KEY)");
        }

        var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync(database));
        Assert.Contains("its primary key is (name)", drift.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_a_later_version_adds_is_added()
    {
        using var database = new SqliteFixture();
        await (await StartAsync(database)).DisposeAsync();
        using (var connection = new SqliteConnection(database.Path))
        {
            connection.Execute("ALTER TABLE customers__history DROP COLUMN cdc_size");
        }

        await (await StartAsync(database)).DisposeAsync();
        Assert.Equal(["cdc_size"], database.Rows("SELECT name FROM pragma_table_info('customers__history') WHERE name = 'cdc_size'"));
    }

    [Fact]
    public void Histories_that_would_be_one_table_are_refused()
    {
        var tables = new TableSetBuilder();
        tables.AddHistory<Customer>();
        Assert.Contains("added twice", Assert.Throws<InvalidOperationException>(() => tables.AddHistory<Customer>()).Message, StringComparison.Ordinal);
        Assert.Contains("'customers__history'", Assert.Throws<InvalidOperationException>(
            () => tables.AddHistory<Reading>(static history => history.SqlName = "customers__history")).Message, StringComparison.Ordinal);
    }

    private static async Task<RelationalSink> StartAsync(
        SqliteFixture database, Action<HistoryOptions>? configure = null, Action<string>? beforeStatement = null, MigrationMode mode = MigrationMode.AddOnly)
    {
        var tables = new TableSetBuilder { Migrations = mode };
        tables.AddHistory<Customer>(configure);
        var sink = RelationalSink.OfHistories(tables.Build(), new SqlStore(new SqliteDatabase(new() { Path = database.Path }) { BeforeStatement = beforeStatement }));
        try
        {
            await sink.StartAsync(SqliteFixture.Context(), default);
            return sink;
        }
        catch
        {
            // A connection that is left to the finalizer closes when it likes, and locks the database then.
            await sink.DisposeAsync();
            throw;
        }
    }
}
