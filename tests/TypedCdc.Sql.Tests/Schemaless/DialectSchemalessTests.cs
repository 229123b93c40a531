using TypedCdc.Services;
using TypedCdc.Sql.Tests.Dialects;

namespace TypedCdc.Sql.Tests.Schemaless;

[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectSchemalessTests(PostgreSql server) : SchemalessBehaviour
{
    private DialectWay _way;

    public static TheoryData<DialectWay> Ways => [.. Enum.GetValues<DialectWay>()];

    private protected override int MaximumColumns => _way switch
    {
        DialectWay.Sqlite => 1995,
        DialectWay.MySqlOnSqlite => 1011,
        DialectWay.Postgres => 1595,
        DialectWay.CrateDbOnPostgres => 994,
        _ => 1593,
    };

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Values(DialectWay way) => On(way, Values_become_text_as_documented);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Numbers_in_keys(DialectWay way) => On(way, A_number_is_one_key_however_it_is_spelled);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Order_of_keys(DialectWay way) => On(way, () => The_keys_order_is_that_of_their_names_or_the_one_given(way switch
    {
        DialectWay.Sqlite or DialectWay.MySqlOnSqlite => "lower(hex(a))",
        DialectWay.CrateDbOnPostgres => "encode(decode(a, 'base64'), 'hex')",
        _ => "encode(a, 'hex')",
    }));

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Other_keys(DialectWay way) => On(way, Another_key_than_the_tables_is_refused_and_its_neighbours_are_written);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Without_keys(DialectWay way) => On(way, A_record_without_keys_needs_to_be_told_them);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Widest_table(DialectWay way) => On(way, The_widest_table_is_filled_and_a_wider_item_is_refused_before_the_database_does);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Names_of_tables(DialectWay way) => On(way, Two_tables_of_one_name_are_told_apart);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Modes(DialectWay way) => On(way, Migration_modes_hold_here_too);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Kinds(DialectWay way) => On(way, A_table_that_is_to_be_kept_otherwise_stops_the_sink);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Snapshots(DialectWay way) => On(way, What_is_not_in_a_whole_snapshot_is_removed);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Ways))]
    public Task Dropped(DialectWay way) => On(way, A_table_that_was_dropped_is_made_anew_in_the_new_way);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectWay.MySqlOnSqlite, true)]
    [InlineData(DialectWay.Postgres, false)]
    public Task Odd_names(DialectWay way, bool takesNul) => On(way, () => Odd_names_of_attributes_have_their_places_in_any_order(takesNul));

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Values_that_Redshift_cannot_hold_are_dead_letters() => On(DialectWay.RedshiftOnPostgres, async () =>
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("d").AddColumns("c"));
        var (fits, tooLong) = (new string('x', 65_535), new string('x', 65_536));
        const string Keys = """{"id":{"S":"1"}}""";
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                Insert("c", 1, $$$"""{"id":{"S":"1"},"x":{"S":"{{{fits}}}"}}""", Keys),
                Insert("c", 2, $$$"""{"id":{"S":"1"},"x":{"S":"{{{tooLong}}}"}}""", Keys),
                Insert("c", 3, $$$"""{"id":{"S":"1"},"x":{"L":[{"S":"{{{fits}}}"}]}}""", Keys),
                Insert("d", 4, $$$"""{"id":{"S":"1"},"x":{"S":"{{{fits[100..]}}}"}}""", Keys),
                Insert("d", 5, $$$"""{"id":{"S":"1"},"x":{"S":"{{{fits}}}"}}""", Keys),
            ],
            default));
        Assert.Equal([1, 2, 4], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("The text has 65536 bytes, and the database takes 65535 in a column.", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Contains("'x' has 65539 bytes as text, and the database takes 65535", refused.Rejected[1].Reason.Message, StringComparison.Ordinal);
        Assert.Contains("bytes as a document, and the database takes 65535 in a column", refused.Rejected[2].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["65535"], await database.RowsAsync("SELECT length(x)::text FROM c"));
        Assert.Equal(["65435"], await database.RowsAsync("SELECT length(document->>'x')::text FROM d"));
    });

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectWay.MySqlOnSqlite)]
    [InlineData(DialectWay.CrateDbOnPostgres)]
    [InlineData(DialectWay.RedshiftOnPostgres)]
    public async Task Statements_read_as_they_should(DialectWay way)
    {
        var seen = new List<string>();
        await using var database = await SchemalessDialect.MakeAsync(way, server);
        await using var sink = await DialectSinks.StartAsync(
            database.Store(statement =>
            {
                seen.Add(statement.Text);
                return statement;
            }),
            static tables => tables.AddColumns("t", static table => table.HasDistKey = true).AddDocuments("d"));
        const string Keys = """{"id":{"S":"1"}}""";
        await sink.WriteAsync([Insert("t", 1, """{"id":{"S":"1"},"x":{"S":"1"}}""", Keys), Insert("d", 1, Keys, Keys)], default);
        seen.Add("-- two more columns, and a change of the same time");
        await sink.WriteAsync([Insert("t", 1, """{"id":{"S":"1"},"y":{"S":"1"},"z":{"S":"1"}}""", Keys, "2")], default);
        // What reads the catalogue and registers revisions has snapshots beside models' tables.
        var own = seen.Where(static text => !text.Contains("cdc_models", StringComparison.Ordinal) && !text.Contains("cdc_migrations", StringComparison.Ordinal) && !text.Contains("information_schema", StringComparison.Ordinal));
        Snapshot.Verify(string.Join("\n\n", own) + "\n", "sql", $"{nameof(DialectSchemalessTests)}.{way}");
    }

    private protected override Task<ISchemalessDatabase> OpenAsync() => SchemalessDialect.CreateAsync(_way, server);

    private Task On(DialectWay way, Func<Task> test)
    {
        _way = way;
        return test();
    }
}
