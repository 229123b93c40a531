using System.Text;
using TypedCdc.Sql.Rows;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Sqlite;

public sealed class SqliteSinkTests
{
    /// <summary>Peer bug 9: starts on an empty database.</summary>
    [Fact]
    public async Task Peer_bug_9_everything_is_created_on_first_use_and_again_without_harm()
    {
        using var database = new SqliteFixture();
        Assert.False(File.Exists(database.Path));
        await (await database.StartAsync()).DisposeAsync();
        await (await database.StartAsync()).DisposeAsync();
        Assert.Equal(["customers|view", "customers__cdc|table", "customers__cdc_deleted|index", "customers__cdc_ties|table"], database.Rows("SELECT name, type FROM sqlite_master WHERE name LIKE 'customers%' ORDER BY name"));
        Assert.Equal(["wal"], database.Rows("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Every_type_keeps_its_value()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<Everything>());
        const string Keys = """{"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"}}""";
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "everything", 1, "1", Keys, """
                    {"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"},"Text":{"S":"a\u0000b\n\"ä😀\ud83d\ude00"},"Flag":{"BOOL":true},"Small":{"N":"-32768"},"Medium":{"N":"2147483647"},
                    "Large":{"N":"-9223372036854775808"},"Huge":{"N":"18446744073709551615"},"Exact":{"N":"1.10"},"Approximate":{"N":"1e120"},"Bytes":{"B":"AP+A"},
                    "Other":{"S":"0f8fad5bd9cb469fa16570867728950e"},"At":{"S":"2024-07-12T03:17:42.5+02:00"},"Mood":{"S":"Angry"}}
                    """),
            ],
            default);
        Assert.Equal(
            [
                "text:'0f8fad5b-d9cb-469f-a165-70867728950e'", "text", "integer:1", "integer:-32768", "integer:2147483647", "integer:-9223372036854775808",
                "text:'18446744073709551615'", "text:'1.10'", "real:1.0e+120", "blob:X'00FF80'", "text:'0f8fad5b-d9cb-469f-a165-70867728950e'",
                "text:'2024-07-12T01:17:42.5+00:00'", "text:'Angry'",
            ],
            database.Query("SELECT * FROM everything")[0].Select((_, i) => i == 1
                ? database.Rows("SELECT typeof(text) FROM everything")[0]
                : database.Rows($"SELECT typeof(value) || ':' || quote(value) FROM (SELECT {Column(i)} AS value FROM everything)")[0]));
        string Column(int index) => database.Rows($"SELECT '\"' || name || '\"' FROM pragma_table_info('everything') WHERE cid = {index}")[0];

        Assert.Equal(["6100620A22C3A4F09F9880F09F9880"], database.Rows("SELECT hex(CAST(text AS BLOB)) FROM everything"));
    }

    [Theory]
    [InlineData("12345678901234567890123456789012345678")]
    [InlineData("-0.00000000000000000000000000000000000001")]
    [InlineData("1E-130")]
    [InlineData("9.9999999999999999999999999999999999999E+125")]
    [InlineData("9007199254740993")]
    public async Task An_exact_number_comes_out_as_it_went_in(string number)
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"1"}}""", $$$"""{"userid":{"N":"1"},"balance":{"N":"{{{number}}}"}}""")], default);
        Assert.Equal([$"text|{number}"], database.Rows("SELECT typeof(balance), balance FROM customers"));
    }

    [Fact]
    public async Task A_key_is_one_row_however_its_number_is_spelled()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<NumberKeyed>());
        var version = 0;
        foreach (var spelled in new[] { "1.5", "1.50", "0.15E1", "15e-1", "9007199254740992", "9007199254740993" })
        {
            version++;
            await sink.WriteAsync(
                [TestRecord.Make("INSERT", "numbers", version, "1", $$$"""{"id":{"N":"{{{spelled}}}"}}""", $$$"""{"id":{"N":"{{{spelled}}}"},"Note":{"S":"{{{version}}}"}}""")], default);
        }

        Assert.Equal(["1.5|4", "9007199254740992|5", "9007199254740993|6"], database.Rows("SELECT id, note FROM numbers ORDER BY id"));
    }

    [Fact]
    public async Task Empty_text_and_bytes_are_not_null_and_null_and_absent_are()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<Everything>());
        const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        await sink.WriteAsync(
            [TestRecord.Make("INSERT", "everything", 1, "1", $$$"""{"id":{"S":"{{{Id}}}"}}""", $$$"""{"id":{"S":"{{{Id}}}"},"Text":{"S":""},"Bytes":{"B":""},"Flag":{"NULL":true}}""")], default);
        Assert.Equal(["text|blob|0|null|null"], database.Rows("SELECT typeof(text), typeof(bytes), length(bytes), typeof(flag), typeof(at) FROM everything"));
    }

    [Fact]
    public async Task Odd_names_and_composite_keys()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<Reading>());
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "Sensor-Readings.2024", 1, "1", """{"at":{"S":"b"},"device":{"S":"a"}}""",
                    """{"temp °C":{"N":"1.5"},"say \"hi\"":{"S":"x"},"device":{"S":"a"},"order":{"N":"7"},"9lives":{"BOOL":false},"at":{"S":"b"}}"""),
                TestRecord.Make("INSERT", "Sensor-Readings.2024", 1, "2", """{"at":{"S":""},"device":{"S":"ab"}}""", """{"device":{"S":"ab"},"at":{"S":""}}"""),
                TestRecord.Make("REMOVE", "Sensor-Readings.2024", 2, "3", """{"at":{"S":"c"},"device":{"S":"a"}}"""),
            ],
            default);
        Assert.Equal(["a|b|1.5|x|7|0", "ab||∅|∅|∅|∅"], database.Rows("""SELECT device, at, "temp_c", "say_hi_", "order", "c_9lives" FROM "sensor_readings_2024" ORDER BY device"""));
        Assert.Equal(["a|c|∅|2"], database.Rows("""SELECT device, at, "temp_c", cdc_deleted_at FROM "sensor_readings_2024__cdc" WHERE cdc_deleted_at IS NOT NULL"""));
    }

    [Fact]
    public async Task A_record_that_does_not_fit_is_refused_and_its_neighbours_are_written()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}"""),
                TestRecord.Make("MODIFY", "customers", 2, "2", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"},"phone":{"N":"9223372036854775808"}}"""),
                TestRecord.Make("INSERT", "customers", 3, "3", """{"userid":{"N":"2"}}""", """{"userid":{"N":"2"},"phone":{"S":"secret"}}"""),
                TestRecord.Make("INSERT", "customers", 4, "4", """{"userid":{"N":"3"}}""", """{"userid":{"N":"4"}}"""),
                TestRecord.Make("INSERT", "customers", 5, "5", """{"userid":{"N":"5"}}"""),
                TestRecord.Make("INSERT", "customers", 6, "6", """{"userid":{"N":"6"}}""", """{"userid":{"N":"6"}}"""),
            ],
            default));
        Assert.Equal([1, 2, 3, 4], refused.Rejected.Select(static one => one.Index));
        Assert.All(refused.Rejected, static one => Assert.IsType<CdcDecodeException>(one.Reason));
        Assert.All(refused.Rejected, static one => Assert.DoesNotContain("secret", one.Reason.Message, StringComparison.Ordinal));
        Assert.Equal("phone", ((CdcDecodeException)refused.Rejected[0].Reason).AttributePath);
        Assert.Equal(["1", "6"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
    }

    [Fact]
    public async Task A_row_that_sqlite_refuses_leaves_the_one_before_it_and_its_neighbours()
    {
        using var database = new SqliteFixture();
        await (await database.StartAsync()).DisposeAsync();
        database.Query("CREATE TRIGGER no_thirteen BEFORE INSERT ON customers__cdc WHEN new.phone = 13 BEGIN SELECT RAISE(ABORT, 'no'); END");
        await using var sink = await database.StartAsync();
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [.. new[] { 12, 13, 14 }.Select(static phone => TestRecord.Make(
                "MODIFY", "customers", phone % 13, phone.ToString(System.Globalization.CultureInfo.InvariantCulture), """{"userid":{"N":"1"}}""", $$$"""{"userid":{"N":"1"},"phone":{"N":"{{{phone}}}"}}""")),
                TestRecord.Make("INSERT", "customers", 99, "99", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"},"phone":{"N":"13"}}"""),
                TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"2"}}""", """{"userid":{"N":"2"}}"""),
            ],
            default));
        Assert.Equal([3], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(["1|12", "2|∅"], database.Rows("SELECT userid, phone FROM customers ORDER BY 1"));
    }

    [Fact]
    public async Task By_policy_a_value_that_does_not_fit_becomes_null()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<Customer>(static table => table.WhenUnfit(Customer.Attributes.Phone, UnfitValue.NullAndReport)));
        await sink.WriteAsync(
            [TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"},"phone":{"S":"none"},"first_name":{"S":"x"}}""")], default);
        Assert.Equal(["1|x|∅"], database.Rows("SELECT userid, first_name, phone FROM customers"));
    }

    [Fact]
    public async Task A_write_waits_for_another_writer_and_fails_as_transient_when_that_takes_too_long()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(busyTimeout: TimeSpan.FromMilliseconds(300));
        await sink.StartAsync(SqliteFixture.Context(), default);
        var record = TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}""");
        using (var other = new SqliteConnection(database.Path))
        {
            other.Execute("BEGIN IMMEDIATE");
            var busy = await Assert.ThrowsAsync<SqliteException>(async () => await sink.WriteAsync([record], default));
            Assert.True(busy.IsTransient);
            var write = sink.WriteAsync([record], default).AsTask();
            other.Execute("COMMIT");
            await write;
        }

        Assert.Equal(["1"], database.Rows("SELECT userid FROM customers"));
    }

    [Fact]
    public async Task Writes_at_the_same_time_take_turns()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var key = $$$"""{"userid":{"N":"{{{writer * 100 + i}}}"}}""";
                await sink.WriteAsync([TestRecord.Make("INSERT", "customers", 1, "1", key, key)], default);
            }
        })));
        Assert.Equal(["80"], database.Rows("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task A_row_costs_next_to_no_allocation()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        foreach (var (operation, write) in ((string, int)[])[("INSERT", 0), ("MODIFY", 1), ("MODIFY", 1)]) // new rows, newer ones, and those again
        {
            // The first writes make the buffers.
            var least = double.MaxValue;
            for (var time = 4 * write; time < 4 * write + 4; time++)
            {
                var records = Records(operation, operation == "INSERT" ? time : 0, time + 1);
                var before = GC.GetAllocatedBytesForCurrentThread();
                await sink.WriteAsync(records, default);
                least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)records.Length);
            }

            Assert.True(least <= 16, $"{operation}: {least} bytes a row.");
        }

        Assert.Equal(8_000, sink.Metrics!.Rows);

        static CdcRecord[] Records(string operation, int block, int time) => [.. Enumerable.Range(0, 1_000).Select(i => (block * 1_000) + (i * 7919 % 1_000)).Select(id => TestRecord.Make(
            operation, "customers", time, "49590338271490256608559692538361571095921575989136588898", $$$"""{"userid":{"N":"{{{id}}}"}}""",
            $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"größe"},"balance":{"N":"12.50"},"phone":{"N":"{{{id}}}"}}"""))];
    }

    [Fact]
    public void A_version_is_as_long_as_it_says_and_orders_like_time_and_number()
    {
        Span<byte> text = stackalloc byte[RowVersion.MaximumLength];
        string Format(long time, string? number)
        {
            var buffer = new byte[RowVersion.MaximumLength];
            return Encoding.ASCII.GetString(buffer, 0, RowVersion.Format(buffer, time, number is null ? null : SequenceNumber.Parse(number)));
        }

        Assert.Equal("0001667565639982000:00212", Format(1667565639982000, "12"));
        Assert.Equal("0000000000000000000:000", Format(0, null));
        Assert.Equal(RowVersion.MaximumLength, RowVersion.Format(text, long.MaxValue, SequenceNumber.Parse(new string('9', 129))));
        string[] ascending = [Format(1, null), Format(1, "0"), Format(1, "9"), Format(1, "10"), Format(1, new string('9', 128)), Format(1, "1" + new string('0', 128)), Format(2, null), Format(long.MaxValue, "1")];
        Assert.Equal(ascending, ascending.OrderBy(static one => one, StringComparer.Ordinal));
    }
}
