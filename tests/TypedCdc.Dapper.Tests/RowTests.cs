using System.Data;
using System.Data.Common;
using Dapper;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Services;
using TypedCdc.Testing;

namespace TypedCdc.Dapper.Tests;

/// <summary>What both databases have to do alike.</summary>
public abstract class RowTests
{
    private protected abstract Task<Database> CreateAsync();

    // Npgsql reads a numeric as a decimal, of at most 28 digits: longer ones have to be asked for as text.
    private protected abstract bool IsCast(AttributeSchema attribute);

    private protected async Task EveryTypeIsWrittenAsTheSinkWritesIt()
    {
        EveryType[] items = [Samples.Full(), Samples.Full(2) with { Text = null, Names = null, Rest = null }, Samples.Sparse()];
        await using var bySink = await CreateAsync();
        await bySink.WriteBySinkAsync<EveryType>([.. items.Select(static (item, i) => Samples.Record(TestRecords.Insert(item, Samples.At(i)), i + 1))]);
        await using var byDapper = await CreateAsync();
        await byDapper.Connection.CreateTableAsync<EveryType>();
        for (var i = 0; i < items.Length; i++)
        {
            Assert.True(await byDapper.Connection.UpsertAsync(Samples.Inserted(items[i], i, i + 1)));
        }

        var expected = await bySink.DumpAsync<EveryType>();
        Assert.Equal(3, expected.Length);
        Assert.Equal(expected, await byDapper.DumpAsync<EveryType>());
    }

    private protected async Task EveryTypeComesBack()
    {
        await using var database = await CreateAsync();
        await database.Connection.CreateTableAsync<EveryType>();
        var item = Samples.Full();
        await database.Connection.UpsertAsync(Samples.Inserted(item, 1, 1));

        // Documents are read as what they are, JSON: only the model's decoder knows what stands in them.
        var columns = CdcModel.Get<EveryType>().Schema.Attributes.Where(static one => one.ColumnName is not ("counts" or "home" or "rest" or "status")).Select(one => $"\"{one.ColumnName}\"{(IsCast(one) ? $"::text AS \"{one.ColumnName}\"" : "")}");
        var read = await database.Connection.QuerySingleAsync<EveryType>($"SELECT {string.Join(", ", columns)} FROM \"every_type\"");
        Assert.Equal(Flat(item with { Status = default, Counts = null, Home = null, Rest = null }), Flat(read));
    }

    private protected async Task AnOlderChangeAndASecondCopyWriteNothing()
    {
        await using var database = await CreateAsync();
        var connection = database.Connection;
        await connection.CreateTableAsync<Customer>();
        var first = new Customer { UserId = 1, FirstName = "first" };
        var second = first with { FirstName = "second", Balance = 1.10m };
        Assert.True(await connection.ApplyAsync(Samples.Modified(first, second, time: 20, sequence: 2)));
        Assert.False(await connection.ApplyAsync(Samples.Modified(first, second, time: 20, sequence: 2)));
        Assert.False(await connection.ApplyAsync(Samples.Inserted(first, time: 10, sequence: 1)));
        Assert.Equal(second, await connection.QuerySingleAsync<Customer>("SELECT * FROM customers"));

        // Of equal times the later position wins; of equal positions nothing is newer.
        Assert.True(await connection.ApplyAsync(Samples.Modified(second, first, time: 20, sequence: 10)));
        Assert.Equal(first, await connection.QuerySingleAsync<Customer>("SELECT * FROM customers"));

        Assert.True(await connection.ApplyAsync(Samples.Removed(first, time: 30, sequence: 11)));
        Assert.False(await connection.ApplyAsync(Samples.Modified(second, first, time: 25, sequence: 12)));
        Assert.Empty(await connection.QueryAsync<Customer>("SELECT * FROM customers"));
        Assert.True(await connection.UpsertAsync(second, CdcVersion.At(DateTimeOffset.UnixEpoch.AddMicroseconds(31))));
        Assert.Equal(second, await connection.QuerySingleAsync<Customer>("SELECT * FROM customers"));
        Assert.True(await connection.DeleteAsync(second, CdcVersion.At(DateTimeOffset.UnixEpoch.AddMicroseconds(32))));
        Assert.Empty(await connection.QueryAsync<Customer>("SELECT * FROM customers"));
    }

    private protected async Task AnyOrderOfChangesLeavesTheSameView()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var changes = new List<Change<Customer>>();
            var now = new Customer?[6];
            for (var i = 1; i <= 60; i++)
            {
                var id = random.Next(now.Length);
                var next = random.Next(4) == 0 ? null : new Customer { UserId = id, FirstName = $"n{i}", Balance = i };
                if (now[id] is { } before)
                {
                    changes.Add(next is null ? Samples.Removed(before, i, i) : Samples.Modified(before, next, i, i));
                }
                else if (next is not null)
                {
                    changes.Add(Samples.Inserted(next, i, i));
                }

                now[id] = next;
            }

            var shuffled = changes.Concat(changes.Take(20)).ToArray();
            random.Shuffle(shuffled);
            await using var database = await CreateAsync();
            await database.Connection.CreateTableAsync<Customer>();
            foreach (var change in shuffled)
            {
                await database.Connection.ApplyAsync(change);
            }

            var expected = now.OfType<Customer>().OrderBy(static one => one.UserId).ToArray();
            Assert.True(expected.SequenceEqual(await database.Connection.QueryAsync<Customer>("SELECT * FROM customers ORDER BY userid")), $"Seed {seed}.");
        }
    }

    private protected async Task ATransactionTakesItBack()
    {
        await using var database = await CreateAsync();
        await database.Connection.CreateTableAsync<Customer>();
        await using (var transaction = await database.Connection.BeginTransactionAsync())
        {
            Assert.True(await database.Connection.ApplyAsync(Samples.Inserted(new Customer { UserId = 1 }, 1, 1), transaction));
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await database.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM customers__cdc"));
        await using (var transaction = await database.Connection.BeginTransactionAsync())
        {
            Assert.True(await database.Connection.ApplyAsync(Samples.Removed(new Customer { UserId = 1 }, 1, 1), transaction));
            await transaction.CommitAsync();
        }

        Assert.Equal(1, await database.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM customers__cdc"));
    }

    private protected async Task ARemovalWithoutItsOldImageFindsItsRow()
    {
        await using var database = await CreateAsync();
        await database.Connection.CreateTableAsync<EveryType>();
        await database.Connection.ApplyAsync(Samples.Inserted(Samples.Full(), 1, 1));
        var removed = Samples.Removed(Samples.Full(), 2, 2, Images.After);
        Assert.False(removed.HasBefore);
        Assert.True(await database.Connection.ApplyAsync(removed));
        Assert.Empty(await database.Connection.QueryAsync<string>("SELECT text FROM every_type"));
        Assert.Equal(1, await database.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM every_type__cdc"));
    }

    private static string Flat(EveryType item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            CdcModel.Get<EveryType>().Write(writer, item with { Created = item.Created.ToUniversalTime(), ExpiresAt = item.ExpiresAt?.ToUniversalTime(), Local = DateTime.SpecifyKind(item.Local, DateTimeKind.Utc), Json = System.Text.Json.JsonElement.Parse("{}") });
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + System.Text.Json.Nodes.JsonNode.Parse(item.Json.GetRawText())!.ToJsonString();
    }
}

public sealed class SqliteRowTests : RowTests
{
    private protected override bool IsCast(AttributeSchema attribute) => false;

    private protected override Task<Database> CreateAsync() => Task.FromResult(Database.OnSqlite());

    [Fact]
    public Task Every_type_is_written_as_the_sink_writes_it() => EveryTypeIsWrittenAsTheSinkWritesIt();

    [Fact]
    public Task Every_type_comes_back() => EveryTypeComesBack();

    [Fact]
    public Task An_older_change_and_a_second_copy_write_nothing() => AnOlderChangeAndASecondCopyWriteNothing();

    [Fact]
    public Task Any_order_of_changes_leaves_the_same_view() => AnyOrderOfChangesLeavesTheSameView();

    [Fact]
    public Task A_transaction_takes_it_back() => ATransactionTakesItBack();

    [Fact]
    public Task A_removal_without_its_old_image_finds_its_row() => ARemovalWithoutItsOldImageFindsItsRow();
}

[Collection("PostgreSQL")]
public sealed class PostgresRowTests(PostgreSql server) : RowTests
{
    private protected override bool IsCast(AttributeSchema attribute) => attribute.ColumnType == ColumnType.Numeric && attribute.MemberName != nameof(EveryType.Decimal);

    private protected override Task<Database> CreateAsync() => Database.OnPostgresAsync(server);

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Every_type_is_written_as_the_sink_writes_it() => EveryTypeIsWrittenAsTheSinkWritesIt();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Every_type_comes_back() => EveryTypeComesBack();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task An_older_change_and_a_second_copy_write_nothing() => AnOlderChangeAndASecondCopyWriteNothing();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task Any_order_of_changes_leaves_the_same_view() => AnyOrderOfChangesLeavesTheSameView();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_transaction_takes_it_back() => ATransactionTakesItBack();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_removal_without_its_old_image_finds_its_row() => ARemovalWithoutItsOldImageFindsItsRow();
}
