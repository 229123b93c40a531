using System.Globalization;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Schemaless;

[Collection("PostgreSQL")]
public sealed class PostgresSchemalessTests(PostgreSql server) : SchemalessBehaviour
{
    private protected override int MaximumColumns => 1594;

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Values() => Values_become_text_as_documented();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Numbers_in_keys() => A_number_is_one_key_however_it_is_spelled();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Order_of_keys() => The_keys_order_is_that_of_their_names_or_the_one_given("encode(a, 'hex')");

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Other_keys() => Another_key_than_the_tables_is_refused_and_its_neighbours_are_written();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Without_keys() => A_record_without_keys_needs_to_be_told_them();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Widest_table() => The_widest_table_is_filled_and_a_wider_item_is_refused_before_the_database_does();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Reserved_names() => Names_that_databases_reserve_get_a_prefix_and_the_others_go_on();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Names_of_tables() => Two_tables_of_one_name_are_told_apart();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Modes() => Migration_modes_hold_here_too();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Kinds() => A_table_that_is_to_be_kept_otherwise_stops_the_sink();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Dropped() => A_table_that_was_dropped_is_made_anew_in_the_new_way();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Odd_names() => Odd_names_of_attributes_have_their_places_in_any_order(takesNul: false);

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Snapshots() => What_is_not_in_a_whole_snapshot_is_removed();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Purge() => Purges_change_nothing_that_comes_in_time();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Purge_and_late_changes() => What_comes_after_the_purge_of_its_removal_is_refused();

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task The_character_that_PostgreSQL_cannot_hold_is_refused()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("d").AddColumns("c"));
        const string Keys = """{"id":{"S":"1"}}""";
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                Insert("d", 1, """{"id":{"S":"1"},"x":{"S":"a\u0000"}}""", Keys),
                Insert("d", 2, """{"id":{"S":"1"},"x\u0000":{"S":"a"}}""", Keys),
                Insert("c", 3, """{"id":{"S":"1"},"x":{"S":"a\u0000"}}""", Keys),
                Insert("c", 4, """{"id":{"S":"a\u0000"}}""", """{"id":{"S":"a\u0000"}}"""),
                Insert("d", 5, """{"id":{"S":"1"},"x":{"S":"\\u0000"}}""", Keys),
                Insert("c", 6, """{"id":{"S":"1"},"x":{"L":[{"S":"\u0000"}]},"y\u0000z":{"S":"1"}}""", Keys),
            ],
            default));
        Assert.Equal([0, 1, 2, 3], refused.Rejected.Select(static one => one.Index));
        Assert.All(refused.Rejected, static one => Assert.Contains("U+0000", one.Reason.Message, StringComparison.Ordinal));
        Assert.Equal(["""{"x": "\\u0000", "id": "1"}"""], await database.RowsAsync("SELECT document::text FROM d"));
        Assert.Equal(["""1|["\u0000"]|1"""], await database.RowsAsync("SELECT id, x, y_z FROM c"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_view_that_gets_columns_keeps_its_privileges_and_its_readers()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("t"));
        await sink.WriteAsync([Column(0)], default);
        await database.ExecuteAsync("CREATE VIEW report AS SELECT id, a0 FROM t; GRANT SELECT ON t TO PUBLIC");
        using var stop = new CancellationTokenSource();
        var reads = 0;
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await database.RowsAsync("SELECT id FROM t");
                reads++;
            }
        });
        for (var column = 1; column <= 25; column++)
        {
            await sink.WriteAsync([Column(column)], default);
        }

        await stop.CancelAsync();
        await reader;
        Assert.True(reads > 0);
        Assert.Equal(["26"], await database.RowsAsync("SELECT count(*)::text FROM report"));
        Assert.Equal(["25"], await database.RowsAsync("SELECT a25 FROM t WHERE a25 IS NOT NULL"));
        Assert.Equal(["true"], await database.RowsAsync("SELECT has_table_privilege('public', 't', 'SELECT')::text"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_schema_is_made_too()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("*", static table => table.SqlSchema = "lake"));
        await sink.WriteAsync([Column(0), Column(1)], default);
        Assert.Equal(["2"], await database.RowsAsync("SELECT count(*)::text FROM lake.t"));
    }

    private protected override Task<ISchemalessDatabase> OpenAsync() => SchemalessPostgres.CreateAsync(server);

    private static CdcRecord Column(int column) => Insert(
        "t", column + 1, string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"S":"{{{column}}}"},"a{{{column}}}":{"N":"{{{column}}}"}}"""),
        string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"S":"{{{column}}}"}}"""));
}
