using TypedCdc.Decoding;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Columns;

/// <summary>What [CdcColumn] and [CdcIndex] do to tables and rows, in SQLite and in PostgreSQL.</summary>
[Collection("PostgreSQL")]
public sealed class ColumnAnnotationTests(PostgreSql server)
{
    // What the model cannot be made of is no row either, whatever the column could hold; 0 is written, the others are refused.
    private static readonly CdcRecord[] Mixed =
    [
        Annotated.Of(1, """ "Password":{"S":"x"},"City":{"S":"Bonn"},"Level":{"N":"255"},"Balance":{"N":"1.25"},"Rights":{"S":"write, READ"},"Ports":{"NS":["65535","1"]},"Grade":{"S":"ä"},"Ratio":{"N":"0.1"},"other":{"S":"y"} """),
        Annotated.Of(2, """ "Level":{"N":"256"},"Rights":{"S":"IN CHARGE"} """),
        Annotated.Of(3, """ "Rights":{"S":"in charge"} """),
        Annotated.Of(4, """ "Ports":{"L":[{"N":"65536"}]} """),
        Annotated.Of(5, """ "Ports":{"L":[{"S":"1"}]} """),
        Annotated.Of(6, """ "Ports":{"L":[{"NULL":true}]} """),
        Annotated.Of(7, """ "Grade":{"S":"ab"} """),
        Annotated.Of(8, """ "Ratio":{"N":"1e9"} """),
        Annotated.Of(9, """ "Ports":{"NS":["1.5"]} """),
    ];

    [Fact]
    public async Task SQLite_has_the_columns_and_rows_that_the_annotations_say()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<Annotated>());
        await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<Annotated>()), default);
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(Mixed, default));
        Assert.Equal([3, 4, 5, 6, 7, 8], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(
            ["1|Bonn|255|1.25|write, READ|[1,65535]|ä|{\"other\":{\"S\":\"y\"}}", "2|∅|∅|∅|∅|∅|∅|{\"Level\":{\"N\":\"256\"}}", "3|∅|∅|∅|in charge|∅|∅|∅"],
            database.Rows("SELECT id, city, level, balance, rights, ports, grade, rest FROM annotated ORDER BY annotated.id"));
        Assert.Equal(
            ["id", "city", "level", "balance", "rights", "ports", "grade", "ratio", "rest"],
            database.Rows("SELECT name FROM pragma_table_info('annotated')"));
        Assert.Equal(["annotated__cdc_by_city", "annotated__cdc_by_city_level"], database.Rows("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE '%by%' ORDER BY 1"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_has_the_columns_and_rows_that_the_annotations_say_and_cuts_and_rounds_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync(static tables => tables.Add<Annotated>(), CdcModel.Get<Annotated>());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                .. Mixed,
                Annotated.Of(10, """ "City":{"S":"Kölner"} """),
                Annotated.Of(11, """ "Balance":{"N":"1.255"} """),
                Annotated.Of(12, """ "City":{"S":"Köln"},"Balance":{"N":"1.50"} """),
            ],
            default));
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10], refused.Rejected.Select(static one => one.Index).Order());
        Assert.Equal(
            ["1|Bonn|255|1.25|write, READ|{1,65535}|ä|{\"other\": {\"S\": \"y\"}}", "2|∅|∅|∅|∅|∅|∅|{\"Level\": {\"N\": \"256\"}}", "3|∅|∅|∅|in charge|∅|∅|∅", "12|Köln|∅|1.50|∅|∅|∅|∅"],
            await database.RowsAsync("SELECT id::text, city, level::text, balance::text, rights, ports::text, grade, rest::text FROM annotated ORDER BY annotated.id"));
        Assert.Equal(
            ["varchar(5)", "numeric(12,2)"],
            await database.RowsAsync("SELECT replace(format_type(atttypid, atttypmod), 'character varying', 'varchar') FROM pg_attribute WHERE attrelid = 'annotated'::regclass AND attname IN ('city', 'balance') ORDER BY attname DESC"));

        // A second start finds the table as it should be: the declared types are the catalogue's.
        await using var again = await database.StartAsync(static tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            tables.Add<Annotated>();
        }, CdcModel.Get<Annotated>());
    }

    [Fact]
    public async Task SQLite_gets_an_index_that_the_model_has_got_and_validation_misses_it()
    {
        using var database = new SqliteFixture();
        await StartAsync<Unannotated>(MigrationMode.AddOnly);
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<Indexed>(MigrationMode.Validate));
        await StartAsync<Indexed>(MigrationMode.AddOnly);
        await StartAsync<Indexed>(MigrationMode.Validate);
        Assert.Equal(["2"], database.Rows("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name LIKE 'annotated__cdc_by_%'"));

        async Task StartAsync<T>(MigrationMode mode)
        {
            await using var sink = database.Sink(tables =>
            {
                tables.Migrations = mode;
                tables.Add<T>();
            });
            await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<T>()), default);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_gets_an_index_that_the_model_has_got_and_the_view_uses_it()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using (await database.StartAsync(static tables => tables.Add<Unannotated>(), CdcModel.Get<Unannotated>()))
        {
        }

        await using (await database.StartAsync(static tables => tables.Add<Indexed>(), CdcModel.Get<Indexed>()))
        {
        }

        var plan = await database.RowsAsync("SET enable_seqscan = off; EXPLAIN SELECT * FROM annotated WHERE city = 'Bonn' AND level = 3");
        Assert.Contains(plan, static line => line.Contains("annotated__cdc_by_city", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_given_in_code_overrides_the_annotation_and_the_tables_default_does_not()
    {
        var builder = new TableSetBuilder();
        builder.Add<Annotated>(static table =>
        {
            table.OnUnfit = UnfitValue.NullAndReport;
            table.WhenUnfit(Annotated.Attributes.Level, UnfitValue.Fail);
        });
        var columns = builder.Build().Tables[0].Columns;
        Assert.Equal(UnfitValue.Fail, Of(nameof(Annotated.Level)));
        Assert.Equal(UnfitValue.Fail, Of(nameof(Annotated.Balance)));
        Assert.Equal(UnfitValue.NullAndReport, Of(nameof(Annotated.Rights)));
        Assert.Equal(UnfitValue.NullAndReport, Of(nameof(Annotated.City)));

        UnfitValue Of(string member) => columns.Single(column => column.Attribute.MemberName == member).Unfit;
    }

    [Theory]
    [InlineData("varchar(40)", "character varying(40)")]
    [InlineData("VARCHAR ( 40 )", "character varying(40)")]
    [InlineData("character  varying(40)", "character varying(40)")]
    [InlineData("numeric(12, 2)", "numeric(12,2)")]
    [InlineData("decimal(12)", "numeric(12,0)")]
    [InlineData("timestamptz", "timestamp with time zone")]
    [InlineData("timestamptz(3)", "timestamp(3) with time zone")]
    [InlineData("timestamp(3) with time zone", "timestamp(3) with time zone")]
    [InlineData("int8", "bigint")]
    [InlineData("char", "character(1)")]
    [InlineData("int4[]", "integer[]")]
    [InlineData("citext", "citext")]
    public void A_type_is_compared_by_the_name_that_the_catalogue_has_for_it(string declared, string present) => Assert.Equal(present, TypedCdc.Postgres.PostgresTypeName.InCatalogue(declared));
}
