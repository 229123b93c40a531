using System.Globalization;
using System.Text;
using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>Single-table design: three models on one DynamoDB table, each with a table of its own here, fed from records of all of them.</summary>
public sealed partial class SingleTableTests
{
    private static readonly CdcModel[] Models = [CdcModel.Get<Profile>(), CdcModel.Get<Order>(), CdcModel.Get<Reading>()];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_random_history_of_three_models_gives_three_tables(int seed)
    {
        using var database = new SqliteFixture();
        var random = new Random(seed);
        await using var sink = database.Sink(static tables => tables.Add<Profile>().Add<Order>().Add<Reading>());
        await sink.StartAsync(SqliteFixture.Context(null, Models), default);

        // The oracle knows items by their raw keys alone.
        var items = new SortedDictionary<string, (string Row, string Item)>(StringComparer.Ordinal);
        var records = new List<CdcRecord>();
        for (var i = 1; i <= 600; i++)
        {
            var (keys, item, row) = RandomItem(random, i);
            items.TryGetValue(keys, out var old);
            var isRemoval = old.Item is not null && random.Next(3) == 0;
            if (isRemoval)
            {
                items.Remove(keys);
            }
            else
            {
                items[keys] = (row, item);
            }

            // Removals by the key alone, as a stream of new images has them, and with the old image.
            records.Add(TestRecord.Make(
                isRemoval ? "REMOVE" : old.Item is null ? "INSERT" : "MODIFY", "app", 1_700_000_000_000_000L + i, i.ToString(CultureInfo.InvariantCulture),
                keys, isRemoval ? null : item, random.Next(2) == 0 ? null : old.Item));
        }

        var delivery = records.Concat(records.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(delivery);
        foreach (var batch in delivery.Chunk(37))
        {
            await sink.WriteAsync(batch, default);
        }

        var expected = items.Values.Select(static one => one.Row).Where(static row => row.Length > 0).Order(StringComparer.Ordinal).ToArray();
        var found = database.Rows("SELECT 'profile', id, name FROM profiles")
            .Concat(database.Rows("SELECT 'order', id, orderid, total FROM orders"))
            .Concat(database.Rows("SELECT 'reading', device, at, sequence, value FROM readings"))
            .Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(expected, found);
        Assert.NotEmpty(found);

        // The key columns are the primary key: as many rows, tombstones among them, as there were keys.
        var keysSeen = delivery.Select(static record => Encoding.UTF8.GetString(record.Keys.Span)).Where(static keys => !keys.Contains("OTHER", StringComparison.Ordinal)).Distinct().Count();
        Assert.Equal([keysSeen.ToString(CultureInfo.InvariantCulture)], database.Rows("SELECT (SELECT count(*) FROM profiles__cdc) + (SELECT count(*) FROM orders__cdc) + (SELECT count(*) FROM readings__cdc)"));
    }

    [Fact]
    public async Task Escapes_are_the_same_key_and_another_spelling_of_a_number_is_another_item()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<Profile>());
        await sink.StartAsync(SqliteFixture.Context(null, Models), default);
        await sink.WriteAsync(
        [
            TestRecord.Make("INSERT", "app", 1, "1", """{"PK":{"S":"CUSTOMER#7"},"SK":{"S":"PROFILE"}}""", """{"PK":{"S":"CUSTOMER#7"},"SK":{"S":"PROFILE"},"name":{"S":"Ada"}}"""),
            TestRecord.Make("MODIFY", "app", 2, "2", """{"PK":{"S":"\u0043USTOMER\u00237"},"SK":{"S":"PROFILE"}}""", """{"PK":{"S":"CUSTOMER\u0023\u0037"},"SK":{"S":"PROFILE"},"name":{"S":"Grace"}}"""),
            TestRecord.Make("INSERT", "app", 3, "3", """{"PK":{"S":"CUSTOMER#007"},"SK":{"S":"PROFILE"}}""", """{"PK":{"S":"CUSTOMER#007"},"SK":{"S":"PROFILE"},"name":{"S":"Bond"}}"""),
            TestRecord.Make("REMOVE", "app", 4, "4", """{"PK":{"S":"CUSTOMER#07"},"SK":{"S":"PROFILE"}}"""),
        ], default);
        Assert.Equal(["7|Grace"], database.Rows("SELECT id, name FROM profiles"));
    }

    [Fact]
    public async Task An_item_that_becomes_another_models_leaves_its_old_table()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<Draft>().Add<Paid>());
        await sink.StartAsync(SqliteFixture.Context(null, CdcModel.Get<Draft>(), CdcModel.Get<Paid>()), default);
        const string Key = """{"id":{"N":"1"}}""";
        const string AsDraft = """{"id":{"N":"1"},"state":{"S":"draft"},"more":{"S":"x"}}""";
        const string AsPaid = """{"id":{"N":"1"},"state":{"S":"paid"}}""";
        await sink.WriteAsync([TestRecord.Make("INSERT", "bills", 1, "1", Key, AsDraft)], default);
        Assert.Equal(["""1|{"more":{"S":"x"}}"""], database.Rows("SELECT * FROM drafts"));
        await sink.WriteAsync([TestRecord.Make("MODIFY", "bills", 2, "2", Key, AsPaid, AsDraft)], default);
        Assert.Empty(database.Rows("SELECT * FROM drafts"));
        Assert.Equal(["1"], database.Rows("SELECT * FROM paid"));
        await sink.WriteAsync([TestRecord.Make("REMOVE", "bills", 3, "3", Key)], default);
        Assert.Empty(database.Rows("SELECT * FROM paid"));
    }

    [Fact]
    public async Task Derived_types_are_rows_of_one_table_with_the_columns_of_all_of_them()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<Animal>());
        await sink.StartAsync(SqliteFixture.Context(null, CdcModel.Get<Animal>()), default);
        Animal dog = new Dog { Id = 1, Breed = "Pug" };
        Animal cat = new Cat { Id = 2, Lives = 9 };
        await sink.WriteAsync(
        [
            TestRecord.Make("INSERT", "animals", 1, "1", """{"id":{"N":"1"}}""", Encoding.UTF8.GetString(dog.ToItem())),
            TestRecord.Make("INSERT", "animals", 2, "2", """{"id":{"N":"2"}}""", Encoding.UTF8.GetString(cat.ToItem())),
            TestRecord.Make("INSERT", "animals", 3, "3", """{"id":{"N":"3"}}""", Encoding.UTF8.GetString(dog.ToItem()).Replace("\"1\"", "\"3\"", StringComparison.Ordinal)),
            TestRecord.Make("REMOVE", "animals", 4, "4", """{"id":{"N":"3"}}"""),
        ], default);
        Assert.Equal(["1|dog|Pug|∅", "2|cat|∅|9"], database.Rows("SELECT id, type, breed, lives FROM animals ORDER BY id"));
    }

    [CdcTable("animals", Discriminator = "type")]
    [CdcDerivedType(typeof(Dog), "dog")]
    [CdcDerivedType(typeof(Cat), "cat")]
    internal abstract partial record Animal
    {
        [PartitionKey("id")]
        public required long Id { get; init; }
    }

    internal sealed record Dog : Animal
    {
        [CdcAttribute("breed")]
        public string? Breed { get; init; }
    }

    internal sealed record Cat : Animal
    {
        [CdcAttribute("lives")]
        public int Lives { get; init; }
    }

    private static (string Keys, string Item, string Row) RandomItem(Random random, int i)
    {
        var number = random.Next(12);
        switch (random.Next(4))
        {
            case 0:
                var profile = new Profile { Id = number - 3, Name = "n" + i.ToString(CultureInfo.InvariantCulture) };
                return (Keys(new Profile.Key(profile.Id).ToPartitionKey(), "PROFILE"), Item(profile), $"profile|{number - 3}|{profile.Name}");
            case 1:
                var order = new Order { Id = random.Next(4), OrderId = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Total = i / 4m };
                var key = new Order.Key(order.Id, order.OrderId);
                return (Keys(key.ToPartitionKey(), key.ToSortKey()), Item(order), string.Create(CultureInfo.InvariantCulture, $"order|{order.Id}|{order.OrderId}|{order.Total.ToString("0.##", CultureInfo.InvariantCulture)}"));
            case 2:
                var at = DateTimeOffset.UnixEpoch.AddMilliseconds(number * 100);
                var reading = new Reading { Device = random.Next(2) == 0 ? "dév \"1\"" : "dev2", At = at, Sequence = random.Next(3), Value = i };
                var sortKey = new Reading.Key(reading.Device, reading.At, reading.Sequence);
                return (Keys(sortKey.ToPartitionKey(), sortKey.ToSortKey()), Item(reading), string.Create(CultureInfo.InvariantCulture, $"reading|{reading.Device}|{at:yyyy-MM-ddTHH:mm:ss.FFFFFFF}+00:00|{reading.Sequence}|{reading.Value}"));
            default:
                var other = Keys("OTHER#" + number.ToString(CultureInfo.InvariantCulture), "PROFILE");
                return (other, other, "");
        }

        static string Keys(string partitionKey, string sortKey) => $$$"""{"PK":{"S":{{{JsonSerializer.Serialize(partitionKey)}}}},"SK":{"S":{{{JsonSerializer.Serialize(sortKey)}}}}}""";

        static string Item<T>(T item) => Encoding.UTF8.GetString(CdcItem.ToUtf8(item));
    }

    [CdcTable("app", SqlName = "profiles")]
    [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")]
    [SortKey("SK", Pattern = "PROFILE")]
    internal sealed partial record Profile
    {
        public required long Id { get; init; }

        [CdcAttribute("name")]
        public string? Name { get; init; }
    }

    [CdcTable("app", SqlName = "orders")]
    [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")]
    [SortKey("SK", Pattern = "ORDER#{OrderId}")]
    internal sealed partial record Order
    {
        public required long Id { get; init; }

        public required Guid OrderId { get; init; }

        [CdcAttribute("total")]
        public decimal Total { get; init; }
    }

    [CdcTable("app", SqlName = "readings", Discriminator = "type", DiscriminatorValue = "reading")]
    [PartitionKey("PK", Pattern = "DEVICE#{Device}")]
    [SortKey("SK", Pattern = "{At:fff}#{Sequence:D4}")]
    internal sealed partial record Reading
    {
        public required string Device { get; init; }

        public required DateTimeOffset At { get; init; }

        public required int Sequence { get; init; }

        [CdcAttribute("value")]
        public int Value { get; init; }
    }

    [CdcTable("bills", SqlName = "drafts", Discriminator = "state", DiscriminatorValue = "draft")]
    internal sealed partial record Draft
    {
        [PartitionKey("id")]
        public required long Id { get; init; }

        [CdcOverflow]
        public AttributeMap Rest { get; init; } = AttributeMap.Empty;
    }

    [CdcTable("bills", SqlName = "paid", Discriminator = "state", DiscriminatorValue = "paid")]
    internal sealed partial record Paid
    {
        [PartitionKey("id")]
        public required long Id { get; init; }
    }
}
