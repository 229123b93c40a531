using TypedCdc.Decoding;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>Models that change.</summary>
[Collection("MariaDB")]
public sealed class MySqlMigrationTests(MariaDb server)
{
    private const string Age = "SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'evolving__cdc' AND column_name = 'age'";

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_model_evolves_and_the_view_follows()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using (var first = await StartAsync<EvolvingV1>(place))
        {
            await first.WriteAsync([Record(1, 1, """{"Name":{"S":"a"}}""")], default);
        }

        await using (var second = await StartAsync<EvolvingV2>(place))
        {
            await second.WriteAsync([Record(2, 2, """{"Name":{"S":"b"},"Age":{"N":"7"}}""")], default);
            Assert.Equal(["id", "age", "name", "photo"], await place.ColumnsAsync("evolving"));
            Assert.Equal(["1|∅|a", "2|7|b"], await place.RowsAsync("SELECT id, age, name FROM evolving ORDER BY id"));
        }

        // A wider column is drift until it may be widened.
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV3>(place));
        Assert.Equal(["int"], await place.RowsAsync(Age));
        await using (var third = await StartAsync<EvolvingV3>(place, MigrationMode.Widen))
        {
            await third.WriteAsync([Record(3, 3, """{"Age":{"N":"9223372036854775807"}}""")], default);
            Assert.Equal(["bigint"], await place.RowsAsync(Age));
            Assert.Equal(["9223372036854775807"], await place.RowsAsync("SELECT age FROM evolving WHERE id = 3"));
        }

        // The older model stops, and so does one that no migration fits; nothing is changed.
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(place));
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherType>(place, MigrationMode.Widen));
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherKey>(place, MigrationMode.Widen));
        await using var again = await StartAsync<EvolvingV3>(place, MigrationMode.Validate);
        Assert.Equal(["3"], await place.RowsAsync("SELECT count(*) FROM evolving"));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Workers_that_start_at_once_make_one_table()
    {
        var place = await MySqlPlace.CreateAsync(server);
        var sinks = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StartAsync<EvolvingV2>(place))));
        await Task.WhenAll(sinks.Select((sink, i) => sink.WriteAsync([Record(i, 1, """{"Name":{"S":"x"}}""")], default).AsTask()));
        Assert.Equal(["6"], await place.RowsAsync("SELECT count(*) FROM evolving"));
        foreach (var sink in sinks)
        {
            await sink.DisposeAsync();
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_table_in_place_of_the_view_is_left_alone()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await place.ExecuteAsync("CREATE TABLE evolving (id int)");
        var error = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(place));
        Assert.Contains("evolving", error.Message, StringComparison.Ordinal);
        Assert.Equal(["id"], await place.ColumnsAsync("evolving"));
    }

    private static Task<RelationalSink> StartAsync<T>(MySqlPlace place, MigrationMode mode = MigrationMode.AddOnly) => place.StartAsync(
        tables =>
        {
            tables.Migrations = mode;
            tables.Add<T>();
        },
        null, null, CdcModel.Get<T>());

    private static CdcRecord Record(int id, long time, string attributes)
    {
        var key = $$$"""{"id":{"N":"{{{id}}}"}""";
        return TestRecord.Make("INSERT", "evolving", time, "1", key + "}", key + "," + attributes[1..]);
    }
}
