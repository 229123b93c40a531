// Single-table design: keys that are made of typed members, in both directions, as models and in place.
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

public sealed class SingleTableTests
{
    private static readonly Guid OrderId = Guid.Parse("d3ed405e-420b-4601-8aaf-bda773a16d86");

    private static string Order(string partitionKey, string sortKey = "ORDER#d3ed405e-420b-4601-8aaf-bda773a16d86", string more = "") =>
        $$$"""{"PK":{"S":"{{{partitionKey}}}"},"SK":{"S":"{{{sortKey}}}"}{{{more}}}}""";

    private static byte[] Record(string operation, string keys, string images) => Encoding.UTF8.GetBytes(
        $$$"""{"eventName":"{{{operation}}}","tableName":"app","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{{{keys}}}{{{images}}}}}""");

    [Fact]
    public void The_parts_of_the_keys_are_read_and_written()
    {
        var item = Order("CUSTOMER#42", more: ""","total":{"N":"9.5"},"gift":{"BOOL":true}""");
        var order = Items.Decode<AppOrder>(item);
        Assert.Equal((42, OrderId, 9.5m), (order.Id, order.OrderId, order.Total));
        Assert.Equal(1, order.Rest.Count);
        Assert.Equal(item, Items.Encode(order));
        Assert.Equal("""{"PK":{"S":"CUSTOMER#-1"},"SK":{"S":"PROFILE"}}""", Items.Encode(new AppCustomer { Id = -1 }));
        Assert.Equal(order.OrderId, AppOrder.FromItem(order.ToItem()).OrderId);
    }

    [Fact]
    public void The_typed_key_is_made_of_the_parts_and_gives_the_texts()
    {
        var removed = CdcRecord.Decode<AppOrder>(Record("REMOVE", Order("CUSTOMER#42"), ""));
        Assert.Equal(new(42, OrderId), removed.Key);
        Assert.Equal("CUSTOMER#42", removed.Key.ToPartitionKey());
        Assert.Equal("ORDER#d3ed405e-420b-4601-8aaf-bda773a16d86", removed.Key.ToSortKey());
        var modified = CdcRecord.Decode<AppOrder>(Record("MODIFY", Order("CUSTOMER#42"), $""","NewImage":{Order("CUSTOMER#42", more: ",\"total\":{\"N\":\"2\"}")},"OldImage":{Order("CUSTOMER#42", more: ",\"total\":{\"N\":\"1\"}")}"""));
        Assert.Equal(new(42, OrderId), modified.Key);
        Assert.False(modified.HasChanged(AppOrder.Attributes.Id));
        Assert.True(modified.HasChanged(AppOrder.Attributes.Total));
        Assert.Equal(["Total"], Names(modified.Changes));

        static List<string> Names(ChangedAttributes<AppOrder> changes)
        {
            var names = new List<string>();
            foreach (var change in changes)
            {
                names.Add(change.MemberName);
            }

            return names;
        }
    }

    [Fact]
    public void The_schema_says_what_the_keys_are_made_of()
    {
        var schema = AppOrder.Schema;
        Assert.Equal(("PK", "SK", "CUSTOMER#{Id}", "ORDER#{OrderId}"), (schema.PartitionKeyName, schema.SortKeyName, schema.PartitionKeyPattern, schema.SortKeyPattern));
        Assert.Equal((-1, -1), (schema.PartitionKey, schema.SortKey));
        Assert.Equal([0, 1], schema.Key.ToArray());
        Assert.Equal([true, true, false, false], schema.Attributes.Select(static attribute => attribute.IsKeyPart));
        Assert.Equal([0], AppCustomer.Schema.Key.ToArray());
        Assert.Equal(("PK", "SK", 0, 1), (AppDevice.Schema.PartitionKeyName, AppDevice.Schema.SortKeyName, AppDevice.Schema.PartitionKey, AppDevice.Schema.SortKey));
        Assert.Contains("PRIMARY KEY (\"id\", \"orderid\")", AppOrder.Sql.Sqlite.CreateTable, StringComparison.Ordinal);
        Assert.Contains("PRIMARY KEY (\"pk\", \"sk\")", AppDevice.Sql.Sqlite.CreateTable, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CUSTOMER#007")]
    [InlineData("CUSTOMER#+7")]
    [InlineData("CUSTOMER#-0")]
    [InlineData("CUSTOMER# 7")]
    [InlineData("CUSTOMER#7 ")]
    [InlineData("CUSTOMER#7.0")]
    [InlineData("CUSTOMER#7E0")]
    [InlineData("CUSTOMER#1,000")]
    [InlineData("CUSTOMER#٧")]
    [InlineData("CUSTOMER#9223372036854775808")]
    [InlineData("CUSTOMER#")]
    [InlineData("CUSTOMER")]
    [InlineData("customer#7")]
    [InlineData("CUSTOMER#7#ORDER#8")]
    [InlineData("XCUSTOMER#7")]
    [InlineData("")]
    public void A_key_of_another_form_is_refused_with_the_form(string partitionKey)
    {
        var error = Items.Refuse<AppOrder>(Order(partitionKey));
        Assert.Contains("'CUSTOMER#{Id}'", error.Message, StringComparison.Ordinal);
        Assert.Equal("PK", error.AttributePath);
        if (partitionKey.Length > 9)
        {
            Assert.DoesNotContain(partitionKey, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ORDER#D3ED405E-420B-4601-8AAF-BDA773A16D86")]
    [InlineData("ORDER#d3ed405e420b46018aafbda773a16d86")]
    [InlineData("ORDER#{d3ed405e-420b-4601-8aaf-bda773a16d86}")]
    [InlineData("ORDER#d3ed405e-420b-4601-8aaf-bda773a16d8")]
    [InlineData("PROFILE")]
    public void A_sort_key_of_another_form_is_refused(string sortKey) => Assert.Equal("SK", Items.Refuse<AppOrder>(Order("CUSTOMER#1", sortKey)).AttributePath);

    [Fact]
    public void Times_as_other_languages_write_them()
    {
        const string Pk = "2024-07-12T08:00:00.1234567+00:00|2024-07-12T08:00:00.0000000Z|2024-07-12|000042";
        const string Sk = "2024-07-12T08:00:00+00:00|2024-07-12T08:00:00.123456Z|2024-07-12T08:00:00|2024-07-12 08:00:00Z|2024-07-12T08:00Z";
        var eight = new DateTimeOffset(2024, 7, 12, 8, 0, 0, TimeSpan.Zero);
        var expected = new AppTimes(
            eight.AddTicks(1234567), eight.UtcDateTime, new(2024, 7, 12, 0, 0, 0, TimeSpan.Zero), 42, eight, eight.AddTicks(1234560).UtcDateTime, eight.UtcDateTime, eight, eight);
        var item = $$$"""{"PK":{"S":"{{{Pk}}}"},"SK":{"S":"{{{Sk}}}"}}""";
        var read = Items.Decode<AppTimes>(item);
        Assert.Equal(expected, read);
        Assert.Equal(DateTimeKind.Utc, read.DotnetLocal.Kind);
        Assert.Equal(item, System.Text.RegularExpressions.Regex.Unescape(Items.Encode(read)));
        Assert.Equal((Pk, Sk), (new AppTimes.Key(read.Dotnet, read.DotnetLocal, read.Day, read.Number, read.Python, read.Micros, read.Sortable, read.Universal, read.Minute) is var key ? key.ToPartitionKey() : "", key.ToSortKey()));

        // Another instant of the same day has no text in a key of days, and another offset is another text of the same instant.
        Assert.Throws<ArgumentException>(() => Items.Encode(expected with { Day = eight }));
        Assert.Throws<ArgumentException>(() => Items.Encode(expected with { Minute = eight.AddSeconds(1) }));
        foreach (var (right, wrong) in ((string, string)[])[("00.1234567+00:00", "00.1234567+01:00"), ("00.1234567+00:00", "00.1234567Z"), ("00.1234567+00:00", "00.123456+00:00"), ("|2024-07-12|", "|2024-07-12T00:00:00Z|"), ("000042", "42")])
        {
            Assert.Equal("PK", Items.Refuse<AppTimes>(item.Replace(right, wrong, StringComparison.Ordinal)).AttributePath);
        }
    }

    [Fact]
    public void Absent_and_of_another_kind()
    {
        Assert.Equal("SK", Items.Refuse<AppOrder>("""{"PK":{"S":"CUSTOMER#1"}}""").AttributePath);
        Assert.Equal(AttributeKind.N, Items.Refuse<AppOrder>("""{"PK":{"N":"1"},"SK":{"S":"PROFILE"}}""").FoundKind);
    }

    [Theory]
    [InlineData("CUSTOMER\\u002342", "ORDER\\u0023d3ed405e-420b-4601-8aaf-bda773a16d86")]
    [InlineData("\\u0043USTOMER#\\u0034\\u0032", "ORDER#d3ed405e\\u002d420b-4601-8aaf-bda773a16d86")]
    public void Escapes_are_the_same_text(string partitionKey, string sortKey)
    {
        var order = Items.Decode<AppOrder>(Order(partitionKey, sortKey));
        Assert.Equal((42, OrderId), (order.Id, order.OrderId));
        var view = CdcRecord.View<AppOrder.View>(Record("INSERT", Order(partitionKey, sortKey), ",\"NewImage\":" + Order(partitionKey, sortKey)));
        Assert.Equal((42, OrderId), (view.Keys.Id, view.After.OrderId));
    }

    [Fact]
    public void A_member_of_both_keys_is_the_same_in_both()
    {
        var file = Items.Decode<AppFile>("""{"PK":{"S":"TENANT#acme"},"SK":{"S":"acme/a/b#c/"},"Size":{"N":"1"}}""");
        Assert.Equal(new("acme", "a/b#c/", 1), file);
        Assert.Equal("""{"PK":{"S":"TENANT#\u00DCber\uD83D\uDE00"},"SK":{"S":"\u00DCber\uD83D\uDE00/"}}""", Items.Encode(new AppFile("Über😀", "", null)));
        Assert.Equal(new("Über😀", "\"x", null), Items.Decode<AppFile>("""{"PK":{"S":"TENANT#\u00DCber\uD83D\uDE00"},"SK":{"S":"Über😀/\"x"}}"""));
        Assert.Equal("SK", Items.Refuse<AppFile>("""{"PK":{"S":"TENANT#acme"},"SK":{"S":"acne/x"}}""").AttributePath);
        Assert.Equal("PK", Items.Refuse<AppFile>("""{"PK":{"S":"TENANT#ac#me"},"SK":{"S":"ac#me/x"}}""").AttributePath);
    }

    [Theory]
    [InlineData("ac#me")]
    [InlineData("ac/me")]
    [InlineData("")]
    public void Text_with_a_separator_cannot_be_written(string tenant)
    {
        var error = Assert.Throws<ArgumentException>(() => Items.Encode(new AppFile(tenant, "x", null)));
        Assert.Contains("'Tenant'", error.Message, StringComparison.Ordinal);
        Assert.True(tenant.Length == 0 || !error.Message.Contains(tenant, StringComparison.Ordinal));
    }

    [Fact]
    public void A_member_that_holds_the_key_is_checked_against_its_parts()
    {
        var device = Items.Decode<AppDevice>("""{"PK":{"S":"DEVICE#000042"},"SK":{"S":"DEVICE"},"type":{"S":"device"}}""");
        Assert.Equal(("DEVICE#000042", "DEVICE", 42), (device.Pk, device.Sk, device.Serial));
        Assert.Equal("""{"PK":{"S":"DEVICE#000042"},"SK":{"S":"DEVICE"},"type":{"S":"device"}}""", Items.Encode(device));
        Assert.Equal(new("DEVICE#000042", "DEVICE"), CdcRecord.Decode<AppDevice>(Record("REMOVE", """{"PK":{"S":"DEVICE#000042"},"SK":{"S":"DEVICE"}}""", "")).Key);
        device.Serial = 43;
        Assert.Contains("'DEVICE#{Serial:D6}'", Assert.Throws<ArgumentException>(() => Items.Encode(device)).Message, StringComparison.Ordinal);
        device.Serial = -1;
        Assert.Throws<ArgumentException>(() => Items.Encode(device));
        Assert.Equal("PK", Items.Refuse<AppDevice>("""{"PK":{"S":"DEVICE#42"},"SK":{"S":"DEVICE"}}""").AttributePath);
        Assert.Equal("SK", Items.Refuse<AppDevice>("""{"PK":{"S":"DEVICE#000042"},"SK":{"S":"DEVICES"}}""").AttributePath);
        Assert.Equal(1_234_567, Items.Decode<AppDevice>("""{"PK":{"S":"DEVICE#1234567"},"SK":{"S":"DEVICE"}}""").Serial);
        Items.Refuse<AppDevice>("""{"PK":{"S":"DEVICE#0123456"},"SK":{"S":"DEVICE"}}""");
    }

    [Fact]
    public void Every_type_of_part_comes_back_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            foreach (var name in new[] { "", "de-DE", "tr-TR", "ar-SA", "fa-IR" })
            {
                CultureInfo.CurrentCulture = new CultureInfo(name);
                Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(11, 13), Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed =>
                {
                    var random = new Random(seed);
                    var parts = new AppParts(
                        (byte)random.Next(256), (short)random.Next(short.MinValue, short.MaxValue), (ulong)random.NextInt64() * 2, (Int128)random.NextInt64() * -random.Next(1_000_000),
                        new System.Numerics.BigInteger(random.NextInt64()) * random.NextInt64(), random.Next(3) == 0 ? random.Next() : random.Next(1000),
                        DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber + 1)), new(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero),
                        DateTime.UnixEpoch.AddMilliseconds(random.Next()), DateTimeOffset.FromUnixTimeSeconds(random.Next() - 1_000_000_000), new Guid(seed, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                        (DayOfWeek)random.Next(7), (Stage)random.Next(2), (DayOfWeek)random.Next(7), "I" + (char)random.Next('A', 'z'));
                    if (parts.@class.EndsWith('|'))
                    {
                        return;
                    }

                    var item = Items.Encode(parts);
                    Assert.Equal(parts, Items.Decode<AppParts>(item));
                    Assert.Equal(item, Items.Encode(Items.Decode<AppParts>(item)));
                }));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.StartsWith(
            """{"PK":{"S":"1|2|3|4|5|000006|2024-07-12|2024-07-12T01:17:42.5Z"},"SK":{"S":"2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|Friday|in-review|6|x"}}""",
            Items.Encode(new AppParts(
                1, 2, 3, 4, 5, 6, new(2024, 7, 12), new(2024, 7, 12, 3, 17, 42, 500, TimeSpan.FromHours(2)), new DateTime(2024, 7, 12, 1, 17, 42, 500, DateTimeKind.Utc),
                DateTimeOffset.FromUnixTimeSeconds(7), OrderId, DayOfWeek.Friday, Stage.InReview, DayOfWeek.Saturday, "x")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("256|2|3|4|5|000006|2024-07-12|2024-07-12T01:17:42.5Z")]
    [InlineData("1|2|-3|4|5|000006|2024-07-12|2024-07-12T01:17:42.5Z")]
    [InlineData("1|2|3|4|5|6|2024-07-12|2024-07-12T01:17:42.5Z")]
    [InlineData("1|2|3|4|5|000006|2024-7-12|2024-07-12T01:17:42.5Z")]
    [InlineData("1|2|3|4|5|000006|2024-02-30|2024-07-12T01:17:42.5Z")]
    [InlineData("1|2|3|4|5|000006|2024-07-12|2024-07-12T01:17:42.50Z")]
    [InlineData("1|2|3|4|5|000006|2024-07-12|2024-07-12T01:17:42.5+00:00")]
    [InlineData("1|2|3|4|5|000006|2024-07-12|2024-07-12T03:17:42.5+02:00")]
    [InlineData("1|2|3|4|5|000006|2024-07-12|2024-07-12 01:17:42.5Z")]
    [InlineData("1|2|3|4|1234567890123456789012345678901234567891|000006|2024-07-12|2024-07-12T01:17:42.5Z")]
    public void Another_text_of_the_same_value_is_refused(string partitionKey) =>
        Assert.Equal("PK", Items.Refuse<AppParts>(Order(partitionKey, "2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|Friday|in-review|6|x")).AttributePath);

    [Theory]
    [InlineData("2024-07-12T01:17:42.5Z|7|d3ed405e420b46018aafbda773a16d86|Friday|in-review|6|x")]
    [InlineData("2024-07-12T01:17:42.500Z|07|d3ed405e420b46018aafbda773a16d86|Friday|in-review|6|x")]
    [InlineData("2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|friday|in-review|6|x")]
    [InlineData("2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|5|in-review|6|x")]
    [InlineData("2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|Friday|InReview|6|x")]
    [InlineData("2024-07-12T01:17:42.500Z|7|d3ed405e420b46018aafbda773a16d86|Friday|in-review|6|")]
    public void Another_text_of_the_same_value_is_refused_in_the_sort_key(string sortKey) =>
        Assert.Equal("SK", Items.Refuse<AppParts>(Order("1|2|3|4|5|000006|2024-07-12|2024-07-12T01:17:42.5Z", sortKey)).AttributePath);

    [Fact]
    public void Views_read_the_parts_with_no_allocation()
    {
        var record = Record("INSERT", Order("CUSTOMER#42"), ",\"NewImage\":" + Order("CUSTOMER#42", more: ",\"total\":{\"N\":\"9.5\"}"));
        var file = Record("INSERT", """{"PK":{"S":"TENANT#acme"},"SK":{"S":"acme/x"}}""", ""","NewImage":{"PK":{"S":"TENANT#acme"},"SK":{"S":"acme/x"}}""");
        var sum = Read(record, file);
        for (var i = 0; i < 50; i++)
        {
            sum += Read(record, file);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            sum += Read(record, file);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(151 * (42 + 42 + 9 + 1), sum);

        static long Read(byte[] order, byte[] file)
        {
            var view = CdcRecord.View<AppOrder.View>(order);
            var path = CdcRecord.View<AppFile.View>(file).After;
            return view.After.Id + view.Keys.Id + (view.After.OrderId == OrderId ? (long)view.After.Total : 0) + (path.Tenant.Equals("acme"u8) && path.Path.Equals("x"u8) ? 1 : 0);
        }
    }
}
