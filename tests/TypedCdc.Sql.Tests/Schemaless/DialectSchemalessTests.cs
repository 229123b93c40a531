using TypedCdc.Services;

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

    private protected override Task<ISchemalessDatabase> OpenAsync() => SchemalessDialect.CreateAsync(_way, server);

    private Task On(DialectWay way, Func<Task> test)
    {
        _way = way;
        return test();
    }
}
