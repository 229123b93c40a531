using System.Data.Common;
using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>Migrations beside those who use the tables: readers, users' own views and privileges, other workers, and a server that dies.</summary>
[Collection("PostgreSQL")]
public sealed class PostgresMigrationTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_long_reader_delays_the_migration_and_nobody_else()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var writer = await StartAsync<EvolvingV1>(database);
        await using var reader = new NpgsqlConnection(database.ConnectionString);
        await reader.OpenAsync();
        await using (var reading = await reader.BeginTransactionAsync())
        {
            await ExecuteAsync(reader, "SELECT * FROM evolving");
            var inUse = await Assert.ThrowsAnyAsync<DbException>(() => StartAsync<EvolvingV2>(database));
            Assert.True(inUse.IsTransient);
            Assert.Contains($"'evolving' has to be changed, and others have used it for longer than 0.1 s (server processes {reader.ProcessID};", inUse.Message, StringComparison.Ordinal);

            // Nothing of it is left: the older worker is not stopped, and its writes go on at once.
            await writer.WriteAsync([Record(1, 1, "")], default);
            Assert.Equal(["id", "name"], await ViewAsync(database));

            // As often as it is tried: nobody waits behind it for longer than it waits itself.
            for (var attempt = 2; attempt < 5; attempt++)
            {
                var migrating = Assert.ThrowsAnyAsync<DbException>(() => StartAsync<EvolvingV2>(database));
                await writer.WriteAsync([Record(1, attempt, "")], default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
                await migrating;
            }

            await reading.CommitAsync();
        }

        await using var newer = await StartAsync<EvolvingV2>(database);
        Assert.Equal(["id", "age", "name", "photo"], await ViewAsync(database));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_users_put_on_the_view_is_there_when_it_has_been_made_anew()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
        var role = "reporting_" + Guid.NewGuid().ToString("n");
        await database.ExecuteAsync($"""
            CREATE ROLE {role};
            GRANT SELECT ON evolving TO {role} WITH GRANT OPTION;
            GRANT UPDATE (name) ON evolving TO PUBLIC;
            COMMENT ON VIEW evolving IS 'it''s ours';
            COMMENT ON COLUMN evolving.name IS 'a name';
            CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER catcher INSTEAD OF UPDATE ON evolving FOR EACH ROW EXECUTE FUNCTION nothing();
            """);
        await (await StartAsync<EvolvingV2>(database)).DisposeAsync();
        Assert.Equal(["id", "age", "name", "photo"], await ViewAsync(database));
        await AssertThereAsync();
        await (await StartAsync<EvolvingV3>(database, MigrationMode.Widen)).DisposeAsync();
        await AssertThereAsync();

        // What is about a column that leaves the view goes with it.
        await (await StartAsync<EvolvingRenamed>(database)).DisposeAsync();
        Assert.Equal(["id", "age", "title"], await ViewAsync(database));
        Assert.Equal(["it's ours"], await database.RowsAsync("SELECT obj_description('evolving'::regclass)"));
        await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");

        async Task AssertThereAsync() => Assert.Equal(["true|true|it's ours|a name|catcher"], await database.RowsAsync($"""
            SELECT has_table_privilege('{role}', 'evolving', 'SELECT WITH GRANT OPTION')::text, has_column_privilege('{role}', 'evolving', 'name', 'UPDATE')::text,
                obj_description('evolving'::regclass), col_description('evolving'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'evolving'::regclass AND attname = 'name')),
                (SELECT tgname::text FROM pg_trigger WHERE tgrelid = 'evolving'::regclass)
            """));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Views_of_the_users_stay_and_where_they_are_in_the_way_the_report_says_what_to_run()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using (var first = await StartAsync<EvolvingV2>(database))
        {
            await first.WriteAsync([Record(1, 1, ""","Age":{"N":"5"}""")], default);
        }

        await database.ExecuteAsync("""
            CREATE VIEW "the report" AS SELECT age, name
            FROM evolving WHERE age > 1;
            CREATE MATERIALIZED VIEW ages AS SELECT id, age FROM evolving__cdc;
            CREATE VIEW names AS SELECT id, name FROM evolving__cdc;
            """);

        // Added columns go behind the others, whatever the model's order.
        await (await StartAsync<EvolvingWithFirst>(database)).DisposeAsync();
        Assert.Equal(["id", "age", "name", "photo", "first"], await ViewAsync(database));
        await (await StartAsync<EvolvingWithFirst>(database, MigrationMode.Validate)).DisposeAsync();

        // A column cannot leave the view or be widened under them.
        var gone = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingRenamed>(database));
        Assert.Contains("-- cannot be mended: table 'evolving__cdc': the view public.\"the report\" reads the view 'evolving', which has to be made anew without the columns name, photo, first.", gone.Plan, StringComparison.Ordinal);
        Assert.DoesNotContain("names", gone.Plan, StringComparison.Ordinal);
        var wide = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingWideFirst>(database, MigrationMode.Widen));
        Assert.Contains("the materialized view public.ages reads columns whose types have to change (age)", wide.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("public.names", wide.Plan, StringComparison.Ordinal);
        Assert.Equal(["5|x1"], await database.RowsAsync("SELECT age::text, name FROM \"the report\""));

        // What the report says can be run.
        var lines = wide.Plan.Split('\n').Where(static line => line.StartsWith("-- cannot be mended", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        foreach (var line in lines)
        {
            await database.ExecuteAsync(Between(line, "run ", ";"));
        }

        await using (var widened = await StartAsync<EvolvingWideFirst>(database, MigrationMode.Widen))
        {
            await widened.WriteAsync([Record(1, 2, ""","Age":{"N":"5000000000"}""")], default);
        }

        foreach (var line in lines)
        {
            await database.ExecuteAsync(line[(line.IndexOf("make it again: ", StringComparison.Ordinal) + "make it again: ".Length)..]);
        }

        Assert.Equal(["5000000000|x1"], await database.RowsAsync("SELECT age::text, name FROM \"the report\""));
        Assert.Equal(["5000000000"], await database.RowsAsync("SELECT age::text FROM ages"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_is_not_the_sinks_own_is_left_alone()
    {
        foreach (var made in (string[])["CREATE TABLE evolving (id bigint, mine text)", "CREATE VIEW evolving AS SELECT 1 AS id", "CREATE MATERIALIZED VIEW evolving AS SELECT 1 AS id"])
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            await database.ExecuteAsync(made);
            var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(database));
            Assert.Matches("-- cannot be mended: table 'evolving__cdc': where its view belongs, there is a (table|view|materialized view) \"evolving\" that the sink has not made", drift.Plan);
            Assert.Empty(await database.RowsAsync("SELECT relname::text FROM pg_class WHERE relname IN ('evolving__cdc', 'cdc_models')"));
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_only_the_catalogue_has_to_know_rewrites_nothing_and_nothing_is_widened_unasked()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await StartAsync<Annotated>(database)).DisposeAsync();
        await database.ExecuteAsync("""
            DROP VIEW annotated;
            ALTER TABLE annotated__cdc ALTER city TYPE varchar(3), ALTER balance TYPE numeric(10,2), ALTER grade TYPE varchar(9), ALTER rights SET NOT NULL;
            """);
        var refused = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<Annotated>(database));
        Assert.Contains("widening a column needs MigrationMode.Widen", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, refused.Plan.Split('\n').Count(static line => line.EndsWith("-- in the catalogue only", StringComparison.Ordinal) && line.Contains(" TYPE ", StringComparison.Ordinal)));
        Assert.Contains("""ALTER TABLE "annotated__cdc" ALTER COLUMN "rights" DROP NOT NULL; -- in the catalogue only""", refused.Plan, StringComparison.Ordinal);
        var file = await FileAsync();
        await (await StartAsync<Annotated>(database, MigrationMode.Widen)).DisposeAsync();
        Assert.Equal(file, await FileAsync());
        Assert.Equal(["character varying(5)|numeric(12,2)|text|false"], await ColumnsAsync());

        // Wider than the model: it stays, and nothing is narrowed.
        await database.ExecuteAsync("DROP VIEW annotated; ALTER TABLE annotated__cdc ALTER city TYPE varchar(50), ALTER balance TYPE numeric");
        await (await StartAsync<Annotated>(database, MigrationMode.Widen)).DisposeAsync();
        Assert.Equal(["character varying(50)|numeric|text|false"], await ColumnsAsync());

        // Fewer digits behind the point, more before it: the whole table is written again, which the plan says.
        await database.ExecuteAsync("DROP VIEW annotated; ALTER TABLE annotated__cdc ALTER balance TYPE numeric(8,1)");
        var rewrites = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<Annotated>(database));
        Assert.Contains("""ALTER COLUMN "balance" TYPE numeric(12,2); -- rewrites the table""", rewrites.Plan, StringComparison.Ordinal);

        // What could lose something is nobody's but the user's.
        await database.ExecuteAsync("ALTER TABLE annotated__cdc ALTER balance TYPE numeric(12,4)");
        var rounds = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<Annotated>(database, MigrationMode.Widen));
        Assert.Contains(
            "-- cannot be mended: table 'annotated__cdc': the column 'balance' is numeric(12,4), the model's is numeric(12,2). Give the member a [CdcColumn] of another name, which adds a column beside it; or the type that the table has; "
            + "or change the column yourself (by hand: DROP VIEW IF EXISTS \"annotated\"; ALTER TABLE \"annotated__cdc\" ALTER COLUMN \"balance\" TYPE numeric(12,2) USING \"balance\"::numeric(12,2);); the sink then makes its view anew.",
            rounds.Plan, StringComparison.Ordinal);
        await database.ExecuteAsync(Between(rounds.Plan, "(by hand: ", ";); the sink"));
        await (await StartAsync<Annotated>(database)).DisposeAsync();

        async Task<string[]> FileAsync() => await database.RowsAsync("SELECT pg_relation_filenode('annotated__cdc')::text");

        async Task<string[]> ColumnsAsync() => await database.RowsAsync("""
            SELECT format_type(c.atttypid, c.atttypmod), format_type(b.atttypid, b.atttypmod), format_type(g.atttypid, g.atttypmod), r.attnotnull::text
            FROM pg_attribute AS c, pg_attribute AS b, pg_attribute AS g, pg_attribute AS r
            WHERE c.attrelid = 'annotated__cdc'::regclass AND c.attname = 'city' AND b.attrelid = c.attrelid AND b.attname = 'balance'
                AND g.attrelid = c.attrelid AND g.attname = 'grade' AND r.attrelid = c.attrelid AND r.attname = 'rights'
            """);
    }

    /// <summary>A time-out in the middle of a rewrite would only make it begin anew, under the same lock.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_rewrite_may_take_longer_than_the_time_outs_of_client_and_server()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await StartAsync<EvolvingV2>(database)).DisposeAsync();
        await database.ExecuteAsync("""
            CREATE FUNCTION dawdle() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.3); END';
            CREATE EVENT TRIGGER dawdle ON table_rewrite EXECUTE FUNCTION dawdle();
            """);
        var impatient = new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = 1, Options = "-c statement_timeout=1000" };
        await using var sink = Sink<EvolvingV3>(impatient.ConnectionString, MigrationMode.Widen);
        await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<EvolvingV3>()), default);
        Assert.Equal(["bigint"], await database.RowsAsync("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'evolving__cdc'::regclass AND attname = 'age'"));
    }

    /// <summary>Its rights do not suffice, or something of the users' that we do not know of is in the way.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_step_that_the_server_refuses_is_said_with_the_step_and_leaves_nothing_behind()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
        await database.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF tg_tag = 'CREATE VIEW' THEN RAISE EXCEPTION 'not on a Friday'; END IF; END $$;
            CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse();
            """);
        var refused = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV2>(database));
        Assert.Contains("PostgreSQL refused a step of the migration of 'evolving' (P0001: not on a Friday). Nothing was changed. The step:\nCREATE OR REPLACE VIEW \"evolving\"", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["id", "name"], await ViewAsync(database));
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_migration_that_dies_behind_any_of_its_statements_is_done_by_the_next_start()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using (var first = await StartAsync<EvolvingV1>(database))
        {
            await first.WriteAsync([Record(1, 1, "")], default);
        }

        // A sequence is not taken back: each start dies one statement later than the one before it.
        await database.ExecuteAsync("""
            CREATE SEQUENCE life;
            CREATE SEQUENCE step;
            CREATE FUNCTION die() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('step') = currval('life') THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
            EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END $$;
            CREATE EVENT TRIGGER die ON ddl_command_end EXECUTE FUNCTION die();
            """);
        var deaths = 0;
        while (true)
        {
            // The life is the session's own: the start runs in the session that has just begun it.
            var target = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, ApplicationName = "life " + deaths, NoResetOnClose = true }.ConnectionString;
            await using var source = NpgsqlDataSource.Create(target);
            await using (var begin = source.CreateCommand("SELECT nextval('life'), setval('step', 1, false)"))
            {
                await begin.ExecuteNonQueryAsync();
            }

            try
            {
                var builder = new TableSetBuilder { Migrations = MigrationMode.Widen };
                builder.Add<EvolvingV3>();
                await using var sink = new RelationalSink(builder.Build(), new PostgresStore(new() { DataSource = source }));
                await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<EvolvingV3>()), default);
                break;
            }
            catch (NpgsqlException error) when (error is PostgresException { SqlState: "57P01" } || error.IsTransient)
            {
                // All of it, or nothing.
                var view = await ViewAsync(database);
                if (view.Length == 4)
                {
                    break; // it died behind the migration
                }

                deaths++;
                Assert.Equal(["id", "name"], view);
                await (await StartAsync<EvolvingV1>(database)).DisposeAsync(); // the older worker does not notice
            }
        }

        Assert.True(deaths >= 4, $"{deaths} deaths.");
        await database.ExecuteAsync("DROP EVENT TRIGGER die");
        await (await StartAsync<EvolvingV3>(database)).DisposeAsync();
        Assert.Equal(["id", "age", "name", "photo"], await ViewAsync(database));
        Assert.Equal(["1|x1"], await database.RowsAsync("SELECT id::text, name FROM evolving"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_index_that_is_added_keeps_no_writer_out_and_half_an_index_is_made_anew()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var writer = await StartAsync<Unannotated>(database);
        await writer.WriteAsync([Annotated.Of(1, """ "City":{"S":"Bonn"} """), Annotated.Of(2, """ "City":{"S":"Bonn"} """)], default);
        await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("CREATE UNIQUE INDEX CONCURRENTLY annotated__cdc_by_city ON annotated__cdc (city)"));
        await using var other = new NpgsqlConnection(database.ConnectionString);
        await other.OpenAsync();
        var plan = (await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<Indexed>(database, MigrationMode.Validate))).Plan;
        Assert.Equal(2, plan.Split("CREATE INDEX CONCURRENTLY").Length - 1);
        Task<RelationalSink> starting;
        await using (var open = await other.BeginTransactionAsync())
        {
            await ExecuteAsync(other, "UPDATE annotated__cdc SET city = city WHERE id = 1");
            starting = Task.Run(() => StartAsync<Indexed>(database));
            await UntilAsync(async () => (await database.RowsAsync("SELECT 1::text FROM pg_stat_activity WHERE query LIKE '%INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'")).Length > 0);

            // It waits for the open transaction; nobody waits for it, and another worker goes on without.
            await using var second = await StartAsync<Indexed>(database).WaitAsync(TimeSpan.FromSeconds(20));
            await second.WriteAsync([Annotated.Of(3, """ "City":{"S":"Ulm"} """)], default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.False(starting.IsCompleted);
            await open.CommitAsync();
        }

        await (await starting).DisposeAsync();
        Assert.Equal(["annotated__cdc_by_city|true|false", "annotated__cdc_by_city_level|true|false"], await database.RowsAsync("""
            SELECT c.relname::text, i.indisvalid::text, i.indisunique::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
            WHERE i.indrelid = 'annotated__cdc'::regclass AND c.relname LIKE '%by%' ORDER BY 1
            """));
        await (await StartAsync<Indexed>(database, MigrationMode.Validate)).DisposeAsync();
    }

    /// <summary>Columns that are added while records come: the write is tried again, as after any other fault, and readers are not held up.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_long_reader_delays_the_columns_of_a_table_without_a_class()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var builder = new TableSetBuilder();
        builder.AddColumns("loose");
        await using var sink = new RelationalSink(builder.Build(), new PostgresStore(new() { ConnectionString = database.ConnectionString, MigrationLockTimeout = TimeSpan.FromMilliseconds(100) }));
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Loose(1, "x")], default);
        await using var reader = new NpgsqlConnection(database.ConnectionString);
        await reader.OpenAsync();
        await using (var reading = await reader.BeginTransactionAsync())
        {
            await ExecuteAsync(reader, "SELECT * FROM loose");
            var inUse = await Assert.ThrowsAnyAsync<DbException>(async () => await sink.WriteAsync([Loose(2, "y")], default));
            Assert.True(inUse.IsTransient);
            Assert.Contains("'loose' has to be changed", inUse.Message, StringComparison.Ordinal);
            await sink.WriteAsync([Loose(3, "x")], default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            await reading.CommitAsync();
        }

        await sink.WriteAsync([Loose(2, "y")], default);
        Assert.Equal(["1|1|∅", "2|∅|2", "3|3|∅"], await database.RowsAsync("SELECT id::text, x, y FROM loose ORDER BY loose.id"));

        static CdcRecord Loose(int id, string attribute) => TestRecord.Make(
            "INSERT", "loose", id, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"{{{attribute}}}":{"S":"{{{id}}}"}}""");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var waited = 0; !await condition(); waited++)
        {
            Assert.True(waited < 1_000, "It did not come to that.");
            await Task.Delay(20);
        }
    }

    private static RelationalSink Sink<T>(string connectionString, MigrationMode mode)
    {
        var builder = new TableSetBuilder { Migrations = mode };
        builder.Add<T>();
        return new(builder.Build(), new PostgresStore(new() { ConnectionString = connectionString, MigrationLockTimeout = TimeSpan.FromMilliseconds(100) }));
    }

    private static async Task<RelationalSink> StartAsync<T>(PostgresDatabase database, MigrationMode mode = MigrationMode.AddOnly)
    {
        var sink = Sink<T>(database.ConnectionString, mode);
        try
        {
            await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<T>()), default);
            return sink;
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    private static Task<string[]> ViewAsync(PostgresDatabase database) =>
        database.RowsAsync("SELECT attname::text FROM pg_attribute WHERE attrelid = 'evolving'::regclass AND attnum > 0 ORDER BY attnum");

    private static string Between(string text, string before, string behind)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(behind, start, StringComparison.Ordinal)] + ";";
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static CdcRecord Record(int id, int time, string more) => TestRecord.Make(
        "MODIFY", "evolving", time, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"x{{{id}}}"}{{{more}}}}""");
}
