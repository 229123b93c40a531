using TypedCdc.Decoding;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Postgres;

[Collection("PostgreSQL")]
public sealed class PostgresSinkTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Every_type_keeps_its_value()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.Add<Everything>());
        const string Keys = """{"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"}}""";
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "everything", 1, "1", Keys, """
                    {"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"},"Text":{"S":"b\n\"ä😀\ud83d\ude00"},"Flag":{"BOOL":true},"Small":{"N":"-32768"},"Medium":{"N":"2147483647"},
                    "Large":{"N":"-9223372036854775808"},"Huge":{"N":"18446744073709551615"},"Exact":{"N":"1.10"},"Approximate":{"N":"1e120"},"Bytes":{"B":"AP+A"},
                    "Other":{"S":"0f8fad5bd9cb469fa16570867728950e"},"At":{"S":"2024-07-12T03:17:42.5+02:00"},"Mood":{"S":"Angry"}}
                    """),
            ],
            default);
        Assert.Equal(
            ["0f8fad5b-d9cb-469f-a165-70867728950e|b\n\"ä😀😀|true|-32768|2147483647|-9223372036854775808|18446744073709551615|1.10|1e+120|\\x00ff80|0f8fad5b-d9cb-469f-a165-70867728950e|2024-07-12 01:17:42.5+00|Angry"],
            await database.RowsAsync("""
                SET TIME ZONE 'UTC';
                SELECT id::text, text, flag::text, small::text, medium::text, large::text, huge::text, exact::text, approximate::text, bytes::text, other::text, at::text, mood FROM everything
                """));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_value_that_PostgreSQL_cannot_hold_is_refused_and_its_neighbours_are_written()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.Add<Everything>());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                Record(1, """ "Text":{"S":"a\u0000b"} """),
                Record(2, """ "Text":{"S":"ok"} """),
                Record(3, """ "At":{"S":"2024-07-12T03:17:42.1234567Z"} """),
                Record(4, """ "At":{"S":"9999-12-31T23:59:59.999999Z"} """),
            ],
            default));
        Assert.Equal([0, 2], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(["2|ok|∅", "4|∅|9999-12-31 23:59:59.999999+00"], await database.RowsAsync("SET TIME ZONE 'UTC'; SELECT right(id::text, 1), text, at::text FROM everything ORDER BY id"));

        static CdcRecord Record(int id, string attribute) => TestRecord.Make(
            "INSERT", "everything", 1, "1", $$$"""{"id":{"S":"00000000-0000-0000-0000-00000000000{{{id}}}"}}""", $$$"""{"id":{"S":"00000000-0000-0000-0000-00000000000{{{id}}}"},{{{attribute}}}}""");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Rows_that_the_server_refuses_are_found_and_the_others_are_written()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync();
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT no_thirteen CHECK (phone % 13 <> 0)");
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [.. Enumerable.Range(1, 100).Select(static i => Record(i, i)), Record(1, 26), Record(27, 130)], default));
        Assert.Equal([12, 25, 38, 51, 64, 77, 90, 100, 101], refused.Rejected.Select(static one => one.Index));
        Assert.All(refused.Rejected, static one => Assert.Contains("no_thirteen", one.Reason.Message, StringComparison.Ordinal));
        Assert.Equal(["93|1|27"], await database.RowsAsync("SELECT count(*)::text, (min(phone) FILTER (WHERE userid = 1))::text, (min(phone) FILTER (WHERE userid = 27))::text FROM customers"));

        static CdcRecord Record(int id, int phone)
        {
            var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
            return TestRecord.Make("INSERT", "customers", phone, "1", key, $$$"""{"userid":{"N":"{{{id}}}"},"phone":{"N":"{{{phone}}}"}}""");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Odd_names_and_composite_keys()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.Add<Reading>());
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "Sensor-Readings.2024", 1, "1", """{"at":{"S":"b"},"device":{"S":"a"}}""",
                    """{"temp °C":{"N":"1.5"},"say \"hi\"":{"S":"x"},"device":{"S":"a"},"order":{"N":"7"},"9lives":{"BOOL":false},"at":{"S":"b"}}"""),
                TestRecord.Make("REMOVE", "Sensor-Readings.2024", 2, "3", """{"at":{"S":"c"},"device":{"S":"a"}}"""),
            ],
            default);
        Assert.Equal(["a|b|1.5|x|7|false"], await database.RowsAsync("""SELECT device, at, "temp_c"::text, "say_hi_", "order"::text, "c_9lives"::text FROM "sensor_readings_2024" """));
        Assert.Equal(["a|c|2"], await database.RowsAsync("""SELECT device, at, cdc_deleted_at::text FROM "sensor_readings_2024__cdc" WHERE cdc_deleted_at IS NOT NULL"""));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_model_evolves_while_workers_write()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var first = await database.StartAsync(static tables => tables.Add<EvolvingV1>(), CdcModel.Get<EvolvingV1>());
        await first.WriteAsync([Evolving(1, 1, "")], default);
        await using var second = await database.StartAsync(static tables => tables.Add<EvolvingV2>(), CdcModel.Get<EvolvingV2>());
        await second.WriteAsync([Evolving(2, 1, ""","Age":{"N":"5"}""")], default);
        await Assert.ThrowsAsync<SchemaDriftException>(async () => await first.WriteAsync([Evolving(1, 9, "")], default));

        // int → bigint rewrites the table: only where that is asked for.
        var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => database.StartAsync(static tables => tables.Add<EvolvingV3>(), CdcModel.Get<EvolvingV3>()));
        Assert.Contains("""ALTER TABLE "evolving__cdc" ALTER COLUMN "age" TYPE bigint; -- rewrites the table""", drift.Message, StringComparison.Ordinal);
        await using var third = await database.StartAsync(
            static tables =>
            {
                tables.Migrations = MigrationMode.Widen;
                tables.Add<EvolvingV3>();
            },
            CdcModel.Get<EvolvingV3>());
        await third.WriteAsync([Evolving(3, 1, ""","Age":{"N":"5000000000"}""")], default);
        Assert.Equal(["1|∅|x1", "2|5|x2", "3|5000000000|x3"], await database.RowsAsync("SELECT id::text, age::text, name FROM evolving ORDER BY id"));

        static CdcRecord Evolving(int id, int version, string more) => TestRecord.Make(
            "MODIFY", "evolving", version, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"x{{{id}}}"}{{{more}}}}""");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_of_another_schema_of_the_search_path_is_not_used()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("CREATE SCHEMA tenant2; DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET search_path = tenant2, public'; END $$");
        Npgsql.NpgsqlConnection.ClearAllPools();
        var refused = await Assert.ThrowsAsync<CdcConfigurationException>(() => database.StartAsync());
        Assert.Contains("'customers__cdc' exists in the schema 'public'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Search Path=tenant2", refused.Message, StringComparison.Ordinal);

        await database.ExecuteAsync("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET search_path = tenant2'; END $$");
        await (await database.StartAsync()).DisposeAsync();
        Assert.Equal(["public", "tenant2"], await database.RowsAsync("SELECT schemaname::text FROM pg_tables WHERE tablename = 'customers__cdc' ORDER BY 1"));
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("cdc_deleted_at", "text", "bigint")]
    [InlineData("cdc_ver", "character varying(50)", "text")]
    public async Task A_column_of_the_sink_with_another_type_is_found_at_the_start(string column, string type, string needed)
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync($"DROP VIEW customers; DROP INDEX IF EXISTS customers__cdc_deleted; ALTER TABLE customers__cdc DROP COLUMN {column}; ALTER TABLE customers__cdc ADD COLUMN {column} {type}");
        var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => database.StartAsync());
        Assert.Contains($"the column '{column}' is {type}, and the sink needs {needed}", drift.Message, StringComparison.Ordinal);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("CREATE COLLATION folds (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", "text COLLATE folds", "its collation 'folds' is not deterministic")]
    [InlineData("CREATE DOMAIN short AS varchar(4)", "short", "varchar(n) cuts longer keys")]
    [InlineData("SELECT 1", "char(4)", "char ignores blanks at the end")]
    [InlineData("CREATE EXTENSION citext", "citext", "citext ignores case")]
    public async Task A_key_column_that_does_not_keep_keys_apart_is_found_at_the_start(string prepare, string type, string reason)
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync(static tables => tables.Add<Keyed>())).DisposeAsync();
        await database.ExecuteAsync(prepare);
        await database.ExecuteAsync($"DROP VIEW keyed; ALTER TABLE keyed__cdc ALTER id TYPE {type}; CREATE VIEW keyed AS SELECT id, name FROM keyed__cdc WHERE cdc_deleted_at IS NULL");
        var refused = await Assert.ThrowsAsync<CdcConfigurationException>(() => database.StartAsync(static tables =>
        {
            tables.Add<Keyed>();
            tables.Migrations = MigrationMode.Off;
        }));
        Assert.Contains($"The key column 'id' of the table \"keyed__cdc\" has the type", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Workers_that_start_at_once_create_one_table()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await (await database.StartAsync()).DisposeAsync())));
        Assert.Equal(["1"], await database.RowsAsync("SELECT count(*)::text FROM pg_class WHERE relname = 'customers__cdc'"));
    }
}

[CdcTable("keyed")]
public sealed partial record Keyed([PartitionKey, CdcAttribute("id")] string Id, [CdcAttribute("name")] string? Name);
