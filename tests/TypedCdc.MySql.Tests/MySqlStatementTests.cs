using MySqlConnector;
using TypedCdc.Services;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>The statements that are generated at compile time, run on the server.</summary>
[Collection("MariaDB")]
public sealed class MySqlStatementTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task They_converge_and_the_sink_takes_the_table_over()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await place.ExecuteAsync(Customer.Sql.MySql.CreateTable);
        await place.ExecuteAsync(Customer.Sql.MySql.CreateTable);
        await UpsertAsync(place, 1, "old", 10);
        await UpsertAsync(place, 1, "new", 20);
        await UpsertAsync(place, 1, "stale", 15);
        await UpsertAsync(place, 2, "gone", 10);
        await DeleteAsync(place, 2, 20);
        await UpsertAsync(place, 2, "late", 15);
        await DeleteAsync(place, 3, 20);
        await UpsertAsync(place, 3, "late", 15);
        await DeleteAsync(place, 1, 5);
        Assert.Equal(["1|new"], await place.RowsAsync("SELECT userid, first_name FROM customers"));
        Assert.Equal(["2|20|∅", "3|20|∅"], await place.RowsAsync("SELECT userid, cdc_deleted_at, first_name FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL ORDER BY 1"));

        await using var sink = await place.StartAsync(null, null, null);
        const string Key = """{"userid":{"N":"1"}""";
        await sink.WriteAsync(
            [TestRecord.Make("MODIFY", "customers", 19, "1", Key + "}", Key + ""","first_name":{"S":"stale"}}"""), TestRecord.Make("MODIFY", "customers", 21, "1", Key + "}", Key + ""","first_name":{"S":"newest"}}""")],
            default);
        Assert.Equal(["1|newest"], await place.RowsAsync("SELECT userid, first_name FROM customers"));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Its_tables_are_the_sinks_own()
    {
        var (compiled, own) = (await MySqlPlace.CreateAsync(server), await MySqlPlace.CreateAsync(server));
        await compiled.ExecuteAsync(Reading.Sql.MySql.CreateTable);
        await using var sink = await own.StartAsync(static tables => tables.Add<Reading>(), null, null);
        const string Columns = """
            SELECT column_name, column_type, coalesce(collation_name, ''), is_nullable, column_key FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'sensor_readings_2024__cdc' AND column_name NOT IN ('cdc_old', 'cdc_new', 'cdc_ties') ORDER BY ordinal_position
            """;
        Assert.NotEmpty(await compiled.RowsAsync(Columns));
        Assert.Equal(await compiled.RowsAsync(Columns), await own.RowsAsync(Columns));
    }

    [Fact]
    public void What_the_README_shows_of_it_is_in_it()
    {
        var readme = File.ReadAllText(Find("src/TypedCdc.Sql/Ports/README.md")).Split("```csharp\n").Skip(1).Select(static block => block.Split("```")[0]).Single(static block => block.Contains("override", StringComparison.Ordinal));
        var code = File.ReadAllText(Find("src/TypedCdc.MySql/MySqlDialect.cs")).Split('\n').Select(static line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        var lines = readme.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 5);
        Assert.All(lines, line => Assert.Contains(line, code));

        static string Find(string path, [System.Runtime.CompilerServices.CallerFilePath] string test = "") => Path.Combine(Path.GetDirectoryName(test)!, "../..", path);
    }

    private static Task UpsertAsync(MySqlPlace place, long id, string name, long time) =>
        RunAsync(place, Customer.Sql.MySql.Upsert, time, ("UserId", id), ("FirstName", name), ("Balance", null), ("Phone", null));

    private static Task DeleteAsync(MySqlPlace place, long id, long time) => RunAsync(place, Customer.Sql.MySql.Delete, time, ("UserId", id));

    private static async Task RunAsync(MySqlPlace place, string sql, long time, params (string Name, object? Value)[] parameters)
    {
        await using var connection = new MySqlConnection(place.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.Parameters.AddWithValue("cdc_ver", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time:D19}:001:1"));
        await command.ExecuteNonQueryAsync();
    }
}
