using System.Globalization;
using TypedCdc.Sql.Tests.Dialects;
using TypedCdc.Sql.Tests.Purge;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>What tables without a model do with single records, in both databases.</summary>
public abstract class SchemalessBehaviour
{
    private protected abstract int MaximumColumns { get; }

    private protected abstract Task<ISchemalessDatabase> OpenAsync();

    private protected async Task Values_become_text_as_documented()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("t"));
        await sink.WriteAsync(
            [
                Insert("t", 1, """{"id":{"N":"1"},"s":{"S":"a"},"n":{"N":"1.50"},"b":{"B":"AP+A"},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},"l":{"L":[{"N":"1"},{"NULL":true}]},"m":{"M":{"b":{"B":"AA=="},"a":{"S":"x"}}},"ss":{"SS":["b","a"]}}""", """{"id":{"N":"1"}}"""),
            ],
            default);
        Assert.Equal(["a|1.5|AP+A|true|false|∅|[1,null]|{\"a\":\"x\",\"b\":\"AA==\"}|[\"a\",\"b\"]"], await database.RowsAsync("SELECT s, n, b, t, f, z, l, m, ss FROM t"));
        Assert.Equal(["id", "b", "f", "l", "m", "n", "s", "ss", "t", "z"], await database.ColumnsAsync("t"));
    }

    private protected async Task A_number_is_one_key_however_it_is_spelled()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("t"));
        foreach (var (number, time) in ((string, int)[])[("9007199254740993", 1), ("9007199254740993.0", 2), ("9007199254740992", 3), ("1E+2", 4), ("100", 5)])
        {
            var key = $$$"""{"id":{"N":"{{{number}}}"}}""";
            await sink.WriteAsync([Insert("t", time, key, key)], default);
        }

        Assert.Equal(["100", "9007199254740992", "9007199254740993"], await database.RowsAsync("SELECT CAST(id AS text) FROM t ORDER BY length(CAST(id AS text)), id"));
        await sink.WriteAsync([TestRecord.Make("REMOVE", "t", 9, "9", """{"id":{"N":"1e2"}}""")], default);
        Assert.Equal(["9007199254740992", "9007199254740993"], await database.RowsAsync("SELECT CAST(id AS text) FROM t ORDER BY id"));
    }

    private protected async Task The_keys_order_is_that_of_their_names_or_the_one_given(string keysSql)
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("*").AddDocuments("given", static table => table.Keys("z", "a")));
        const string Keys = """{"z":{"S":"p"},"a":{"B":"AP+A"}}""";
        await sink.WriteAsync([Insert("free", 1, Keys, Keys), Insert("given", 1, Keys, Keys)], default);
        Assert.Equal(["a", "z", "document"], await database.ColumnsAsync("free"));
        Assert.Equal(["z", "a", "document"], await database.ColumnsAsync("given"));
        Assert.Equal(["p|00ff80"], await database.RowsAsync($"SELECT z, {keysSql} FROM free"));
    }

    private protected async Task Another_key_than_the_tables_is_refused_and_its_neighbours_are_written()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("*"));
        CdcRecord[] records =
        [
            Insert("t", 1, """{"id":{"S":"1"},"x":{"S":"secret"}}""", """{"id":{"S":"1"}}"""),
            Insert("t", 2, """{"other":{"S":"2"},"y":{"S":"secret"}}""", """{"other":{"S":"2"}}"""),
            Insert("t", 3, """{"id":{"N":"3"},"y":{"S":"secret"}}""", """{"id":{"N":"3"}}"""),
            Insert("t", 4, """{"id":{"S":"4"},"at":{"S":"4"},"y":{"S":"secret"}}""", """{"id":{"S":"4"},"at":{"S":"4"}}"""),
            Insert("t", 5, """{"id":{"S":"6"},"y":{"S":"secret"}}""", """{"id":{"S":"5"}}"""),
            Insert("t", 6, """{"id":{"S":"7"}}""", """{"id":{"S":"7"}}"""),
            Insert("no/table", 7, """{"id":{"S":"7"}}""", """{"id":{"S":"7"}}"""),
            Insert("three", 8, """{"a":{"S":"7"}}""", """{"a":{"S":"7"},"b":{"S":"7"},"c":{"S":"7"}}"""),
            Insert("map", 9, """{"a":{"M":{}}}""", """{"a":{"M":{}}}"""),
        ];
        for (var run = 0; run < 2; run++)
        {
            var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(records, default));
            Assert.Equal([1, 2, 3, 4, 6, 7, 8], refused.Rejected.Select(static one => one.Index));
            Assert.All(refused.Rejected, static one => Assert.DoesNotContain("secret", one.Reason.Message, StringComparison.Ordinal));
            Assert.All(refused.Rejected.Take(3), static one => Assert.Contains("key is not that of the table 't' (id S)", one.Reason.Message, StringComparison.Ordinal));
            Assert.Equal(["1|secret", "7|∅"], await database.RowsAsync("SELECT id, x FROM t ORDER BY id"));
            Assert.Equal(["id", "x"], await database.ColumnsAsync("t")); // what was refused made nothing
        }
    }

    private protected async Task A_record_without_keys_needs_to_be_told_them()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("*").AddColumns("told", static table => table.Keys("id")));
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [
                TestRecord.Snapshot("untold", 1, """{"id":{"S":"1"}}"""),
                TestRecord.Snapshot("told", 1, """{"id":{"S":"1"},"x":{"S":"1"}}"""),
                TestRecord.Snapshot("told", 1, """{"x":{"S":"1"}}"""),
            ],
            default));
        Assert.Equal([0, 2], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("AddDocuments(\"*\", table => table.Keys(\"…\"))", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["1|1"], await database.RowsAsync("SELECT id, x FROM told"));

        // Also where the table is there already: what becomes of a record must not depend on those before it.
        await sink.WriteAsync([Insert("untold", 2, """{"id":{"S":"2"}}""", """{"id":{"S":"2"}}""")], default);
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([TestRecord.Snapshot("untold", 1, """{"id":{"S":"1"}}""")], default));
    }

    private protected async Task The_widest_table_is_filled_and_a_wider_item_is_refused_before_the_database_does()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("t"));
        await sink.WriteAsync([Wide(1, 0, MaximumColumns - 3)], default);
        await sink.WriteAsync([Wide(2, 0, MaximumColumns - 1)], default);
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Wide(3, 5, MaximumColumns), Wide(4, 5, 9)], default));
        Assert.Equal([0], refused.Rejected.Select(static one => one.Index));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"the database takes {MaximumColumns} columns"), refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        var last = string.Create(CultureInfo.InvariantCulture, $"a{MaximumColumns - 2}");
        Assert.Equal(["1|∅", "2|x", "4|∅"], await database.RowsAsync($"SELECT id, {last} FROM t ORDER BY id"));

        // A tie needs the other statements too.
        await sink.WriteAsync([Insert("t", 2, """{"id":{"S":"2"},"a0":{"S":"tie"}}""", """{"id":{"S":"2"}}""", "3")], default);
        Assert.Equal(["tie|∅"], await database.RowsAsync($"SELECT a0, {last} FROM t WHERE id = '2'"));

        static CdcRecord Wide(int id, int from, int to) => Insert(
            "t", id,
            $$$"""{"id":{"S":"{{{id}}}"},{{{string.Join(',', Enumerable.Range(from, to - from).Select(static i => string.Create(CultureInfo.InvariantCulture, $$"""{{'"'}}a{{i}}":{"S":"x"}""")))}}}}""",
            $$$"""{"id":{"S":"{{{id}}}"}}""");
    }

    private protected async Task Two_tables_of_one_name_are_told_apart()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.Add<Customer>().AddDocuments("*").AddDocuments("a_b", static table => table.SqlName = "other"));
        const string Keys = """{"id":{"S":"1"}}""";
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [Insert("a.b", 1, Keys, Keys), Insert("a-b", 1, Keys, Keys), Insert("a_b", 1, Keys, Keys), Insert("Customers", 1, Keys, Keys)], default));
        Assert.Equal([1, 3], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("'a_b' already holds the items of the DynamoDB table 'a.b'. Add 'a-b' by its exact name and give it another SqlName.", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Contains("'customers' already holds the items of the DynamoDB table 'customers'", refused.Rejected[1].Reason.Message, StringComparison.Ordinal);

        // Another worker, which has not seen the first one's.
        await using var second = await database.StartAsync(static tables => tables.AddDocuments("*"));
        refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await second.WriteAsync([Insert("a-b", 1, Keys, Keys), Insert("Customers", 1, Keys, Keys)], default));
        Assert.Equal([0, 1], refused.Rejected.Select(static one => one.Index));
        Assert.Contains("'customers' was not made for a table without a model", refused.Rejected[1].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await database.RowsAsync("SELECT id FROM a_b"));
        Assert.Equal(["1"], await database.RowsAsync("SELECT id FROM other"));
    }

    private protected async Task Migration_modes_hold_here_too()
    {
        await using var database = await OpenAsync();
        const string Keys = """{"id":{"S":"1"}}""";
        await using (var early = await database.StartAsync(static tables => tables.AddColumns("t").Migrations = MigrationMode.Off))
        {
            await Assert.ThrowsAsync<SchemaDriftException>(async () => await early.WriteAsync([Insert("t", 1, Keys, Keys)], default));
        }

        await using (var sink = await database.StartAsync(static tables => tables.AddColumns("t")))
        {
            await sink.WriteAsync([Insert("t", 1, """{"id":{"S":"1"},"x":{"S":"1"}}""", Keys)], default);
        }

        foreach (var mode in (MigrationMode[])[MigrationMode.Off, MigrationMode.Validate])
        {
            await using var sink = await database.StartAsync(tables => tables.AddColumns("t").Migrations = mode);
            var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
                [Insert("t", 5, """{"id":{"S":"1"},"y":{"S":"1"}}""", Keys), Insert("t", 6 + (int)mode, """{"id":{"S":"1"},"x":{"S":"2"}}""", Keys)], default));
            Assert.Equal([0], refused.Rejected.Select(static one => one.Index));
            Assert.Contains("no column 'y', and the sink's MigrationMode does not let it be added", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
            Assert.Equal(["1|2"], await database.RowsAsync("SELECT id, x FROM t"));
        }
    }

    private protected async Task What_is_not_in_a_whole_snapshot_is_removed()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddColumns("t", static table => table.Keys("id")).SnapshotMargin = TimeSpan.Zero, new PurgeClock());
        await sink.WriteAsync([Insert("t", 1, """{"id":{"S":"1"},"x":{"S":"1"}}""", """{"id":{"S":"1"}}"""), Insert("t", 9, """{"id":{"S":"2"}}""", """{"id":{"S":"2"}}""")], default);
        await using (var other = await database.StartAsync(static tables => tables.AddColumns("t")))
        {
            await other.WriteAsync([Insert("t", 2, """{"id":{"S":"3"},"y":{"S":"1"}}""", """{"id":{"S":"3"}}""")], default);
        }

        await sink.WriteAsync([TestRecord.Snapshot("t", 5, """{"id":{"S":"4"}}""")], default);
        await sink.FinishSnapshotAsync(new("t", DateTimeOffset.UnixEpoch.AddMicroseconds(5)), default);
        await sink.FinishSnapshotAsync(new("unheard-of", DateTimeOffset.UnixEpoch.AddMicroseconds(5)), default);
        Assert.Equal(["2", "4"], await database.RowsAsync("SELECT id FROM t ORDER BY id"));
        await sink.WriteAsync([Insert("t", 3, """{"id":{"S":"3"}}""", """{"id":{"S":"3"}}""")], default);
        Assert.Equal(["2", "4"], await database.RowsAsync("SELECT id FROM t ORDER BY id"));
    }

    private protected async Task Purges_change_nothing_that_comes_in_time()
    {
        var purged = 0;
        for (var seed = 1; seed <= 5; seed++)
        {
            await using var database = await OpenAsync();
            var delivery = new LateDelivery(seed, isBounded: true);
            var time = new SettableTime();
            await using (var sink = await database.StartAsync(Purged, time))
            {
                foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
                {
                    time.Microseconds = start;
                    await sink.PurgeAsync(default);
                    await sink.WriteAsync([.. wave.Select(static one => one.ToRecord())], default);
                }
            }

            Assert.Equal(SchemalessCustomers.Expect(delivery.All), await SchemalessCustomers.RowsAsync(database));
            var removed = delivery.All.GroupBy(static one => one.Key).Count(static changes => History.Expect(changes).Length == 0);
            purged += removed - (await database.RowsAsync("SELECT '' FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL")).Length;
        }

        Assert.True(purged > 0, "Nothing was purged.");
    }

    private protected async Task What_comes_after_the_purge_of_its_removal_is_refused()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(Purged, new SettableTime { Microseconds = 1_000_000_000 });
        await sink.WriteAsync([Change("REMOVE", 1, 10), Change("REMOVE", 2, 900_000_000)], default);
        await sink.PurgeAsync(default);
        Assert.Equal(["2"], await database.RowsAsync("SELECT CAST(userid AS text) FROM customers__cdc"));

        // In a worker that does not purge, and brings columns that the table has not; what a removal says of no item is done.
        await using var other = await database.StartAsync(static tables => tables.AddColumns("customers"));
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(
            async () => await other.WriteAsync([Change("INSERT", 1, 5), Change("REMOVE", 3, 5), Change("INSERT", 2, 5), Change("INSERT", 4, 900_000_000)], default));
        var reason = Assert.Single(refused.Rejected);
        Assert.Equal(0, reason.Index);
        Assert.Contains("'customers' has forgotten the items that were removed before 1970-01-01T00:14:56Z", reason.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["2|∅", "4|n"], await database.RowsAsync("SELECT CAST(userid AS text), first_name FROM customers__cdc ORDER BY 1"));

        static CdcRecord Change(string operation, int id, long time)
        {
            var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
            return TestRecord.Make(operation, "customers", time, "1", key, operation == "REMOVE" ? null : $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"n"}}""");
        }
    }

    private static void Purged(TableSetBuilder tables)
    {
        tables.AddColumns("customers");
        tables.TombstoneRetention = TimeSpan.FromMicroseconds(LateDelivery.Lateness);
        tables.TombstoneMargin = TimeSpan.Zero;
    }

    private protected async Task A_table_that_is_to_be_kept_otherwise_stops_the_sink()
    {
        await using var database = await OpenAsync();
        const string Keys = """{"id":{"S":"1"}}""";
        await using (var plain = await database.StartAsync(static tables => tables.AddDocuments("t")))
        {
            await plain.WriteAsync([Insert("t", 1, Keys, Keys)], default);
        }

        await using var typed = await database.StartAsync(static tables => tables.AddDocuments("t", static table => table.Format = DocumentFormat.Typed));
        var drift = await Assert.ThrowsAsync<SchemaDriftException>(async () => await typed.WriteAsync([Insert("t", 2, Keys, Keys)], default));
        Assert.Contains("'t' was made with documents=plain and is now to be kept with documents=typed", drift.Message, StringComparison.Ordinal);
    }

    private protected async Task A_table_that_was_dropped_is_made_anew_in_the_new_way()
    {
        await using var database = await OpenAsync();
        const string Keys = """{"id":{"S":"1"}}""";
        await using (var documents = await database.StartAsync(static tables => tables.AddDocuments("t")))
        {
            await documents.WriteAsync([Insert("t", 5, Keys, Keys)], default);
        }

        await database.ExecuteAsync("DROP VIEW t");
        await database.ExecuteAsync("DROP TABLE t__cdc");
        await database.ExecuteAsync("DROP TABLE t__cdc_ties");
        const string Other = """{"pk":{"N":"1"}}""";
        for (var run = 0; run < 2; run++)
        {
            await using var columns = await database.StartAsync(static tables => tables.AddColumns("t"));
            await columns.WriteAsync([Insert("t", 1 + run, """{"pk":{"N":"1"},"x":{"S":"1"}}""", Other)], default);
            Assert.Equal(["1|1"], await database.RowsAsync("SELECT CAST(pk AS text), x FROM t"));
        }
    }

    /// <summary>Whatever DynamoDB takes as a name has its place, and the same one in any order of records.</summary>
    private protected async Task Odd_names_of_attributes_have_their_places_in_any_order(bool takesNul)
    {
        var huge = new string('n', 65_535);
        string[] names = ["", " ", "First-Name", "first_name", "FIRST_NAME", "cdc_ver", "CDC_Ver", "cdc_deleted_at", "cdc_width", "cdc_key", "dist_key", "document", "id ", "ID", "\\u0000", "a\\u0000b", huge, huge[1..], "名前", "'; --", "xmin"];
        var records = names.Select((name, i) => Insert("t", i + 1, $$$"""{"id":{"S":"{{{i}}}"},"{{{name}}}":{"S":"v{{{i}}}"}}""", $$$"""{"id":{"S":"{{{i}}}"}}"""))
            .Append(Insert("t", 99, $$$"""{"id":{"S":"all"},{{{string.Join(',', names.Select(static (name, i) => $$"""{{'"'}}{{name}}":{"S":"v{{i}}"}"""))}}}}""", """{"id":{"S":"all"}}""")).ToArray();
        var views = new List<string[]>();
        foreach (var order in (CdcRecord[][])[records, [.. Enumerable.Reverse(records)]])
        {
            await using var database = await OpenAsync();
            await using var sink = await database.StartAsync(static tables => tables.AddColumns("t", static table => table.HasDistKey = true));
            foreach (var record in order)
            {
                await sink.WriteAsync([record], default);
            }

            var columns = (await database.ColumnsAsync("t")).Order(StringComparer.Ordinal).ToArray();
            Assert.All(columns, static column => Assert.InRange(column.Length, 1, 63));
            Assert.Equal(columns.Length, columns.Distinct(StringComparer.OrdinalIgnoreCase).Count());
            views.Add([.. columns, .. await database.RowsAsync($"SELECT {string.Join(", ", columns.Select(static column => $"\"{column}\""))} FROM t ORDER BY id")]);

            // Each value of the widest item stands somewhere, once.
            var all = (await database.RowsAsync("SELECT * FROM t WHERE id = 'all'"))[0].Split('|');
            Assert.Equal(names.Select(static (_, i) => $"v{i}").Append("all").Append("all").Order(StringComparer.Ordinal), all.Where(static value => value != "∅").Order(StringComparer.Ordinal));
        }

        Assert.Equal(views[0], views[1]);

        await using var documents = await OpenAsync();
        await using var typed = await documents.StartAsync(static tables => tables.AddDocuments("t", static table => table.Format = DocumentFormat.Typed));
        var refused = 0;
        foreach (var record in records)
        {
            try
            {
                await typed.WriteAsync([record], default);
            }
            catch (RejectedRecordsException error)
            {
                Assert.False(takesNul);
                Assert.Contains("U+0000", error.Rejected[0].Reason.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.Equal(takesNul ? 0 : 3, refused);
        Assert.Equal([$"{records.Length - refused}"], await documents.RowsAsync("SELECT CAST(count(*) AS text) FROM t"));
    }

    private protected async Task Names_that_databases_reserve_get_a_prefix_and_the_others_go_on()
    {
        await using var database = await OpenAsync();
        await using var sink = await database.StartAsync(static tables => tables.AddDocuments("*"));
        foreach (var (name, time) in ((string, int)[])[("pg_class", 1), ("sqlite_master", 2), ("PG_catalog.x", 3), ("fine", 4)])
        {
            await sink.WriteAsync([Insert(name, time, """{"id":{"S":"1"}}""", """{"id":{"S":"1"}}""")], default);
        }

        foreach (var view in (string[])["c_pg_class", "c_sqlite_master", "c_pg_catalog_x", "fine"])
        {
            Assert.Equal(["1"], await database.RowsAsync($"SELECT id FROM {view}"));
        }

        Assert.Contains("'c_pg_own'", Assert.Throws<InvalidOperationException>(static () => new TableSetBuilder().AddDocuments("own", static table => table.SqlName = "pg_own")).Message, StringComparison.Ordinal);
    }

    private protected static CdcRecord Insert(string table, long time, string item, string keys, string? number = null) =>
        TestRecord.Make("INSERT", table, time, number ?? time.ToString(CultureInfo.InvariantCulture), keys, item);
}
