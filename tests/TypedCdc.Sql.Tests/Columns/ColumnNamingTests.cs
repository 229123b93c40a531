using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Tests.Columns;

/// <summary>One convention for columns, whether the model or the sink states it.</summary>
public sealed class ColumnNamingTests
{
    [Fact]
    public void A_sink_names_columns_as_the_generator_does()
    {
        Assert.Equal(["orderid", "line", "createdat", "Given", "restofit"], ColumnsOf<Plain>(null));
        Assert.Equal(ColumnsOf<Plain>(null), ColumnsOf<Plain>(NamingPolicy.Exact));
        Assert.Equal(["order_id", "line", "created_at", "Given", "rest_of_it"], ColumnsOf<Plain>(NamingPolicy.SnakeCase));
        Assert.Equal(ColumnsOf<Snake>(null), ColumnsOf<Plain>(NamingPolicy.SnakeCase));
        Assert.Equal(["orderId", "line", "createdAt", "Given", "restOfIt"], ColumnsOf<Plain>(NamingPolicy.CamelCase));
        Assert.Equal(ColumnsOf<Camel>(null), ColumnsOf<Plain>(NamingPolicy.CamelCase));
    }

    [Fact]
    public void The_model_takes_precedence_over_the_sink()
    {
        Assert.Equal(ColumnsOf<Camel>(null), ColumnsOf<Camel>(NamingPolicy.SnakeCase));
        Assert.Equal(ColumnsOf<Plain>(null), ColumnsOf<Lower>(NamingPolicy.SnakeCase));
    }

    [Fact]
    public void Generated_SQL_follows_the_model()
    {
        Assert.Contains("\"created_at\" timestamptz", Snake.Sql.Postgres.CreateTable, StringComparison.Ordinal);
        Assert.Contains("\"createdAt\"", Camel.Sql.Sqlite.Upsert, StringComparison.Ordinal);
    }

    [Fact]
    public void A_convention_that_joins_two_columns_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ColumnsOf<Joined>(NamingPolicy.SnakeCase));
        Assert.Equal(
            "Under tables.Naming = NamingPolicy.SnakeCase the members 'UserName' and 'UserName2' of 'TypedCdc.Sql.Tests.Columns.Joined' share the column 'user_name'. "
            + "Name one of them with [CdcColumn(\"…\")].",
            error.Message);
        Assert.Throws<InvalidOperationException>(static () => Build(static tables => tables.AddColumns("loose"), NamingPolicy.CamelCase));
    }

    [Fact]
    public async Task Typed_and_untyped_tables_and_histories_get_the_names()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"naming","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"PK":{"S":"ORDER#8"},"Line":{"N":"1"}},"NewImage":{"PK":{"S":"ORDER#8"},"Line":{"N":"1"},"CreatedAt":{"S":"2026-01-02T03:04:05Z"},"Other":{"S":"x"},"NotMapped":{"S":"y"}}}}
            {"eventName":"INSERT","tableName":"loose","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"ItemId":{"S":"a"}},"NewImage":{"ItemId":{"S":"a"},"UnitPrice":{"N":"1.50"},"unit_price":{"N":"2"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc.FromFiles(events).DeadLettersToFile(database.Path + ".dead").ToSqlite(database.Path, static tables =>
            {
                tables.Add<Plain>().AddHistory<Plain>().AddColumns("loose");
                tables.Naming = NamingPolicy.SnakeCase;
            }));
            using var host = builder.Build();
            await host.RunAsync();
        }

        Assert.Equal(["8|1|x"], database.Rows("SELECT order_id, line, \"Given\" FROM naming WHERE created_at IS NOT NULL AND rest_of_it LIKE '%NotMapped%'"));
        Assert.Equal(["8"], database.Rows("SELECT order_id FROM naming__history"));
        Assert.Equal(["a|2"], database.Rows("SELECT item_id, unit_price FROM loose"));
        Assert.False(File.Exists(database.Path + ".dead") && new FileInfo(database.Path + ".dead").Length > 0);
    }

    private static string[] ColumnsOf<T>(NamingPolicy? naming) =>
        [.. Build(static tables => tables.Add<T>(), naming).Tables[0].Sql.Columns.Select(static column => column.Name)];

    private static TableSet Build(Action<TableSetBuilder> configure, NamingPolicy? naming)
    {
        var tables = new TableSetBuilder();
        configure(tables);
        tables.Naming = naming;
        return tables.Build();
    }
}

[CdcTable("naming")]
[PartitionKey("PK", Pattern = "ORDER#{OrderId}")]
public sealed partial record Plain(long OrderId, [SortKey] int Line, DateTimeOffset? CreatedAt, [CdcColumn("Given")] string? Other)
{
    [CdcOverflow] public AttributeMap? RestOfIt { get; init; }
}

[CdcTable("naming", ColumnNaming = NamingPolicy.SnakeCase)]
[PartitionKey("PK", Pattern = "ORDER#{OrderId}")]
public sealed partial record Snake(long OrderId, [SortKey] int Line, DateTimeOffset? CreatedAt, [CdcColumn("Given")] string? Other)
{
    [CdcOverflow] public AttributeMap? RestOfIt { get; init; }
}

[CdcTable("naming", ColumnNaming = NamingPolicy.CamelCase)]
[PartitionKey("PK", Pattern = "ORDER#{OrderId}")]
public sealed partial record Camel(long OrderId, [SortKey] int Line, DateTimeOffset? CreatedAt, [CdcColumn("Given")] string? Other)
{
    [CdcOverflow] public AttributeMap? RestOfIt { get; init; }
}

[CdcTable("naming", ColumnNaming = NamingPolicy.Exact)]
[PartitionKey("PK", Pattern = "ORDER#{OrderId}")]
public sealed partial record Lower(long OrderId, [SortKey] int Line, DateTimeOffset? CreatedAt, [CdcColumn("Given")] string? Other)
{
    [CdcOverflow] public AttributeMap? RestOfIt { get; init; }
}

[CdcTable("joined")]
public sealed partial record Joined([PartitionKey] string UserName, [CdcAttribute("user_name")] string? UserName2);
