using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Schema;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;
using TypedCdc.Sql.Tests.Types;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Every C# type that is mapped, in CrateDB and Redshift: what its column is declared as, how a value stands in a statement, and what goes to the driver; or that it is refused.</summary>
public sealed class DialectTypeTests
{
    [Theory]
    [InlineData("cratedb")]
    [InlineData("cratedb, microseconds")]
    [InlineData("aws.redshift")]
    public async Task Every_type_goes_there_as_it_should(string name)
    {
        RedshiftDialect? redshift = name == "aws.redshift" ? new() : null;
        SqlDialect dialect = redshift ?? (SqlDialect)new CrateDbDialect { TimestampsInMicroseconds = name.Contains("micro", StringComparison.Ordinal) };
        var insert = new SqlStatement("");
        var script = new ScriptedExecutor(statement =>
        {
            insert = statement.Text.StartsWith("INSERT INTO \"types__cdc", StringComparison.Ordinal) && statement.Parameters.Count > 20 ? statement : insert;
            return statement.Text.StartsWith("SELECT count(*)", StringComparison.Ordinal) ? [[0L]]
                : statement.Text.StartsWith("INSERT INTO \"types__cdc\"", StringComparison.Ordinal) && statement.ReturnsRows ? [[7, "0000000000000000001:0011", 0L]] : [];
        });
        await using var sink = await DialectSinks.StartAsync(
            redshift is null ? new SqlStore(dialect, _ => new(script)) : new RedshiftStore(_ => new(script)),
            static tables =>
            {
                tables.Migrations = MigrationMode.Off;
                tables.Add<AllTypes>();
            },
            null,
            CdcModel.Get<AllTypes>());
        var table = new TableStatements(dialect, new TargetTable(0, CdcModel.Get<AllTypes>(), static _ => UnfitValue.Fail));
        var shapes = table.Shape.Columns.ToDictionary(static column => column.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        var last = "";
        foreach (var (column, value) in TypeTests.Values)
        {
            var place = Array.FindIndex(table.InsertOrder, index => table.Target.Columns[index].Attribute.ColumnName == column);
            var shape = shapes[column];
            if (column != last)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{column} {shape.DeclaredType}");
                last = column;
            }

            try
            {
                await sink.WriteAsync([TypeTests.Record(7, column, value)], default);
                var number = place + (redshift is null ? 1 : 4);
                Assert.Contains(Written(number), insert.Text, StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"\n    {value} -> {Written(0)} of {Show(insert.Parameters[number - 1])}");
            }
            catch (Exception error) when (error is RejectedRecordsException or CdcDecodeException)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    {value} -> (refused)");
            }

            string Written(int number)
            {
                var parameter = number == 0 ? "$n" : dialect.Parameter(number);
                return redshift is null ? table.Typed(table.InsertOrder[place], parameter)
                    : number > 0 ? redshift.StageValue(shape.DeclaredType, parameter)
                    : redshift.FromStage(shape.DeclaredType, redshift.StageValue(shape.DeclaredType, parameter));
            }
        }

        Snapshot.Verify(text.ToString().TrimStart() + "\n", "txt", $"{nameof(DialectTypeTests)}.{name.Replace(", ", "_", StringComparison.Ordinal)}");
    }

    [Theory]
    [InlineData("VARCHAR(3)", "abc", true, true)]
    [InlineData("VARCHAR(3)", "abcd", false, false)]
    [InlineData("varchar ( 3 )", "äöü", true, false)]
    [InlineData("CHARACTER VARYING(2)", "😀😀", true, false)]
    [InlineData("CHAR(1)", "ab", false, false)]
    [InlineData("TEXT", "abcd", true, true)]
    [InlineData("VARBYTE(1)", "abcd", true, true)]
    public void A_text_fits_or_not(string type, string value, bool fits, bool fitsInBytes)
    {
        Assert.Equal(fits, DeclaredText.Fits(type, value, countsBytes: false));
        Assert.Equal(fitsInBytes, DeclaredText.Fits(type, value, countsBytes: true));
    }

    [Theory]
    [InlineData("cratedb", 32_766)]
    [InlineData("aws.redshift", 65_535)]
    public async Task A_text_that_is_too_long_is_dead_lettered_left_out_or_kept_in_the_overflow_as_its_column_says(string name, int most)
    {
        var parameters = new List<object?>();
        var script = new ScriptedExecutor(statement =>
        {
            parameters.AddRange(statement.Parameters);
            return statement.Text.StartsWith("SELECT count(*)", StringComparison.Ordinal) ? [[0L]]
                : statement.Text.StartsWith("INSERT INTO \"policied__cdc\"", StringComparison.Ordinal) && statement.ReturnsRows ? [["a", "0000000000000000001:0011", 0L]] : [];
        });
        foreach (var unfit in new[] { UnfitValue.Fail, UnfitValue.NullAndReport, UnfitValue.ToOverflow })
        {
            await using var sink = await DialectSinks.StartAsync(
                name == "cratedb" ? new SqlStore(new CrateDbDialect(), _ => new(script)) : new RedshiftStore(_ => new(script)),
                tables =>
                {
                    tables.Migrations = MigrationMode.Off;
                    tables.Add<Policied>(table => table.OnUnfit = unfit);
                },
                null,
                CdcModel.Get<Policied>());
            parameters.Clear();
            await sink.WriteAsync([Record(new('x', most))], default);
            Assert.Contains(new string('x', most), parameters);
            parameters.Clear();
            if (unfit == UnfitValue.Fail)
            {
                var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Record(new('y', most + 1))], default));
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"The text has {most + 1} bytes, and the database takes {most} in a column."), refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
                continue;
            }

            // Redshift's overflow is staged as text, too.
            var length = name == "cratedb" || unfit == UnfitValue.NullAndReport ? most + 1 : 0;
            if (length == 0)
            {
                await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Record(new('y', most + 1))], default));
                continue;
            }

            await sink.WriteAsync([Record(new('y', length))], default);
            Assert.DoesNotContain(new string('y', length), parameters);
            Assert.Equal(unfit == UnfitValue.ToOverflow, parameters.OfType<string>().Any(one => one == "{\"text\":{\"S\":\"" + new string('y', length) + "\"}}"));
        }

        static CdcRecord Record(string text) => TestRecord.Make("INSERT", "policied", 1, "1", """{"id":{"S":"a"}}""", $$$"""{"id":{"S":"a"},"text":{"S":"{{{text}}}"}}""");
    }

    [Fact]
    public async Task CrateDB_text_without_an_index_is_declared_so_and_found_again()
    {
        var dialect = new CrateDbDialect();
        var table = new TableStatements(dialect, new TargetTable(0, CdcModel.Get<Policied>(), static _ => UnfitValue.Fail));
        Assert.Equal("TEXT INDEX OFF STORAGE WITH (columnstore = false)", table.Shape.Columns.Single(static column => column.Name == "long").DeclaredType);
        Assert.Equal("text", dialect.Normalize("TEXT INDEX OFF STORAGE WITH (columnstore = false)"));
        Assert.Equal("CAST($1 AS TEXT)", dialect.GivenValue(ColumnType.Text, "$1", "TEXT INDEX OFF"));
        Assert.False(dialect.FitsGiven("abcd", "VARCHAR(3) INDEX OFF"));
        var statements = new List<string>();
        var script = new ScriptedExecutor(statement =>
        {
            statements.Add(statement.Text);
            return [];
        });
        await Assert.ThrowsAsync<SchemaDriftException>(() => DialectSinks.StartAsync(new SqlStore(dialect, _ => new(script)), static tables => tables.Add<Policied>(), null, CdcModel.Get<Policied>()));
        await using var sink = await DialectSinks.StartAsync(
            new SqlStore(dialect, _ => new(new ScriptedExecutor(static statement => statement.ReturnsRows && statement.Text.StartsWith("INSERT", StringComparison.Ordinal) ? [["a", "0000000000000000001:0011", 0L]] : []))),
            static tables =>
            {
                tables.Migrations = MigrationMode.Off;
                tables.Add<Policied>();
            },
            null,
            CdcModel.Get<Policied>());
        await sink.WriteAsync([TestRecord.Make("INSERT", "policied", 1, "1", """{"id":{"S":"a"}}""", "{\"id\":{\"S\":\"a\"},\"long\":{\"S\":\"" + new string('x', 100_000) + "\"}}")], default);
        Assert.Contains(statements, static text => text.Contains("\"long\" TEXT INDEX OFF STORAGE WITH (columnstore = false)", StringComparison.Ordinal));
    }

    private static string Show(object? value) => value switch
    {
        null => "NULL",
        string text => "'" + text.Replace("\0", "\\0", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\u2028", "\\u2028", StringComparison.Ordinal) + "'",
        System.Collections.IEnumerable many => "[" + string.Join(", ", many.Cast<object?>().Select(Show)) + "]",
        _ => value.GetType().Name + " " + Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}

[CdcTable("policied")]
public sealed partial record Policied
{
    [PartitionKey("id")]
    public required string Id { get; init; }

    [CdcAttribute("text")]
    public string? Text { get; init; }

    [CdcAttribute("long")]
    [CdcColumn(CrateDbType = "TEXT INDEX OFF STORAGE WITH (columnstore = false)")]
    public string? Long { get; init; }

    [CdcOverflow]
    public Dictionary<string, System.Text.Json.JsonElement>? Rest { get; init; }
}
