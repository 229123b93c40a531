using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>Hundreds of columns at once: added together, and as safely as one by one.</summary>
public sealed class SqliteWideTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(SqliteSteps.Many - 1)]
    [InlineData(SqliteSteps.Many)]
    [InlineData(500)]
    [InlineData(1_900)]
    public async Task New_columns_are_added_in_one_transaction_and_a_few_statements(int columns)
    {
        using var database = new SqliteFixture();
        var statements = new List<string>();
        await using var sink = await database.StartAsync(Columns, statement => statements.Add(statement));
        await using var other = await database.StartAsync(Columns);
        await sink.WriteAsync([Item(1, 1, "first")], default);
        await other.WriteAsync([Item(2, 1, "first")], default);
        statements.Clear();
        await sink.WriteAsync([Item(1, 2, ["first", .. Names(columns)])], default);
        Assert.Equal(2, statements.Count(static statement => statement == "COMMIT")); // the columns', and the row's
        Assert.InRange(statements.Count(static statement => statement.StartsWith("ALTER TABLE", StringComparison.Ordinal)), 2, 2 * (SqliteSteps.Many - 1)); // of the table, and of its ties

        // Another connection, whose statements were prepared before.
        await other.WriteAsync([Item(2, 2, "second"), Item(1, 1, "first")], default);
        string[] expected = ["at", "id", "first", .. Names(columns), "second"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), database.Rows("SELECT name FROM pragma_table_info('wide')").Order(StringComparer.Ordinal));
        Assert.Equal(["ok"], database.Rows("PRAGMA integrity_check"));
        Assert.Equal(["1|first|n0|∅", "2|∅|∅|second"], database.Rows("SELECT id, first, n0, second FROM wide ORDER BY id"));
        Assert.Equal(["wide__cdc", "wide__cdc_ties"], database.Rows($"SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%\"n{columns - 1}\" TEXT%' ORDER BY name"));
    }

    /// <summary>The connection goes on after a crash that took the columns back, while another adds one of its own.</summary>
    [Fact]
    public async Task A_crash_at_any_statement_takes_them_back()
    {
        var crashes = 0;
        for (var at = 1; at <= 60; at++)
        {
            using var database = new SqliteFixture();
            var countdown = 0;
            var last = "";
            await using var sink = await database.StartAsync(Columns, statement =>
            {
                // Not at every row that a query gives.
                var isNext = statement != last;
                last = statement;
                if (countdown > 0 && isNext && --countdown == 0)
                {
                    throw new CrashedException();
                }
            });
            await sink.WriteAsync([Item(1, 1, "first")], default);
            countdown = at;
            try
            {
                await sink.WriteAsync([Item(1, 2, Names(20))], default);
            }
            catch (CrashedException)
            {
                crashes++;
            }

            countdown = 0;
            Assert.Contains(database.Rows("SELECT count(*) FROM pragma_table_info('wide')")[0], (string[])["3", "23"]);
            await using (var other = await database.StartAsync(Columns))
            {
                await other.WriteAsync([Item(2, 1, "other")], default);
            }

            await sink.WriteAsync([Item(3, 1, "first"), Item(1, 2, Names(20))], default);
            Assert.Equal(["1|∅|n19|∅", "2|∅|∅|other", "3|first|∅|∅"], database.Rows("SELECT id, first, n19, other FROM wide ORDER BY id"));
            Assert.Equal(["ok"], database.Rows("PRAGMA integrity_check"));
        }

        Assert.InRange(crashes, 20, 59);
    }

    /// <summary>What the definition holds besides columns stays: a user's CHECK that names a column in a definition's words.</summary>
    [Fact]
    public void A_definition_that_is_not_told_apart_is_left_to_SQLite()
    {
        using var database = new SqliteFixture();
        using var connection = new SqliteConnection(database.Path);
        connection.Execute("CREATE TABLE \"t\" (\"id\" TEXT NOT NULL, CHECK (\"id\" <> ', \"c0\" TEXT'), PRIMARY KEY (\"id\"))");
        connection.Execute("BEGIN");
        SqliteSteps.Run(connection, [.. Enumerable.Range(0, 20).Select(static i => $"ALTER TABLE \"t\" ADD COLUMN \"c{i}\" TEXT;")]);
        connection.Execute("COMMIT");
        Assert.Equal(21, connection.Query("SELECT name FROM pragma_table_info('t')").Count);
        Assert.Throws<SqliteException>(() => connection.Execute("INSERT INTO t (id) VALUES (', \"c0\" TEXT')"));
    }

    private static void Columns(TableSetBuilder tables) => tables.AddColumns("wide", static table => table.Keys("id", "at"));

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(static i => $"n{i}")];

    private static CdcRecord Item(int id, int time, params string[] attributes)
    {
        var key = $$$"""{"id":{"N":"{{{id}}}"},"at":{"S":"x"}}""";
        return TestRecord.Make(
            "MODIFY", "wide", time, time.ToString(System.Globalization.CultureInfo.InvariantCulture), key,
            key[..^1] + string.Concat(attributes.Select(static name => $$$""","{{{name}}}":{"S":"{{{name}}}"}""")) + "}");
    }
}
