using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Types;

/// <summary>Every C# type that is mapped, from a record's bytes to what PostgreSQL and SQLite give back: exact, or refused.</summary>
[Collection("PostgreSQL")]
public sealed class TypeTests(PostgreSql server)
{
    private const string Refused = "(refused)";
    private const string MaxDigits = "99999999999999999999999999999999999999"; // 38

    /// <summary>Columns and values of every kind, for other databases.</summary>
    internal static IEnumerable<(string Column, string Value)> Values => Cases.Select(static one => (one.Column, one.Value));

    // Column, attribute value, PostgreSQL's text, SQLite's storage class and text; null where it is the same text as PostgreSQL's.
    private static readonly (string Column, string Value, string Postgres, string Class, string? Sqlite)[] Cases =
    [
        ("string", """{"S":""}""", "", "text", null),
        ("string", """{"S":"b\n\"ä\\😀\ud83d\ude00 \u2028İı"}""", "b\n\"ä\\😀😀 \u2028İı", "text", null),
        ("string", """{"S":"\\u0000"}""", "\\u0000", "text", null),
        ("string", """{"S":"a\ud800b"}""", Refused, "", Refused),
        ("string", """{"S":"\udc00"}""", Refused, "", Refused),
        ("string", """{"N":"1"}""", Refused, "", Refused),
        ("string", """{"NULL":true}""", "∅", "null", "∅"),
        ("char", """{"S":"ä"}""", "ä", "text", null),
        ("char", """{"S":"ab"}""", Refused, "", Refused),
        ("char", """{"S":""}""", Refused, "", Refused),
        ("uri", """{"S":"https://example.org/a%20b?q=1"}""", "https://example.org/a%20b?q=1", "text", null),
        ("enumname", """{"S":"Angry"}""", "Angry", "text", null),
        ("enumname", """{"S":"Furious"}""", Refused, "", Refused),
        ("enumnumber", """{"N":"1"}""", "1", "integer", null),
        ("bool", """{"BOOL":true}""", "true", "integer", "1"),
        ("bool", """{"BOOL":false}""", "false", "integer", "0"),
        ("bool", """{"S":"true"}""", Refused, "", Refused),
        ("sbyte", """{"N":"-128"}""", "-128", "integer", null),
        ("sbyte", """{"N":"128"}""", Refused, "", Refused),
        ("byte", """{"N":"255"}""", "255", "integer", null),
        ("byte", """{"N":"256"}""", Refused, "", Refused),
        ("byte", """{"N":"-1"}""", Refused, "", Refused),
        ("short", """{"N":"-3.2768E4"}""", "-32768", "integer", null),
        ("short", """{"N":"32768"}""", Refused, "", Refused),
        ("ushort", """{"N":"65535"}""", "65535", "integer", null),
        ("ushort", """{"N":"65536"}""", Refused, "", Refused),
        ("int", """{"N":"2147483647.0"}""", "2147483647", "integer", null),
        ("int", """{"N":"2147483648"}""", Refused, "", Refused),
        ("int", """{"N":"1.5"}""", Refused, "", Refused),
        ("uint", """{"N":"4294967295"}""", "4294967295", "integer", null),
        ("uint", """{"N":"4294967296"}""", Refused, "", Refused),
        ("long", """{"N":"-9223372036854775808"}""", "-9223372036854775808", "integer", null),
        ("long", """{"N":"9223372036854775808"}""", Refused, "", Refused),
        ("ulong", """{"N":"18446744073709551615"}""", "18446744073709551615", "text", null),
        ("ulong", """{"N":"18446744073709551616"}""", Refused, "", Refused),
        ("int128", $$"""{"N":"-{{MaxDigits}}"}""", "-" + MaxDigits, "text", null),
        ("uint128", $$"""{"N":"{{MaxDigits}}"}""", MaxDigits, "text", null),
        ("uint128", """{"N":"-1"}""", Refused, "", Refused),
        ("int128", """{"N":"0.5"}""", Refused, "", Refused),
        ("biginteger", """{"N":"9.99E+125"}""", "999" + new string('0', 123), "text", "9.99E+125"),
        ("biginteger", """{"N":"1E-1"}""", Refused, "", Refused),
        ("decimal", """{"N":"1.10"}""", "1.10", "text", null),
        ("decimal", """{"N":"-0.0000000000000000000000000000000000001"}""", "-0.0000000000000000000000000000000000001", "text", null),
        ("decimal", """{"N":"1.2345678901234567890123456789012345678"}""", "1.2345678901234567890123456789012345678", "text", null),
        ("decimal", """{"N":"1.23456789012345678901234567890123456789"}""", Refused, "", Refused),
        ("decimal", """{"N":"1,5"}""", Refused, "", Refused),
        ("decimal", """{"N":"NaN"}""", Refused, "", Refused),
        ("number", $$"""{"N":"{{MaxDigits}}"}""", MaxDigits, "text", null),
        ("number", """{"N":"1E-130"}""", "0." + new string('0', 129) + "1", "text", "1E-130"),
        ("double", """{"N":"1E+120"}""", "1e+120", "real", "1.0e+120"),
        ("double", """{"N":"0.1"}""", "0.1", "real", null),
        ("double", """{"N":"-42.42"}""", "-42.42", "real", null),
        ("double", """{"N":"Infinity"}""", Refused, "", Refused),
        ("float", """{"N":"0.5"}""", "0.5", "real", null),
        ("float", """{"N":"3.5E38"}""", Refused, "", Refused),
        ("half", """{"N":"65504"}""", "65504", "real", "65504.0"),
        ("half", """{"N":"65536"}""", Refused, "", Refused),
        ("bytes", """{"B":"AP+A"}""", "\\x00ff80", "blob", "00FF80"),
        ("bytes", """{"B":""}""", "\\x", "blob", ""),
        ("bytes", """{"B":"A"}""", Refused, "", Refused),
        ("memory", """{"B":"AP+A"}""", "\\x00ff80", "blob", "00FF80"),
        ("guid", """{"S":"0F8FAD5BD9CB469FA16570867728950E"}""", "0f8fad5b-d9cb-469f-a165-70867728950e", "text", null),
        ("guid", """{"S":"0F8FAD5B"}""", Refused, "", Refused),
        ("datetime", """{"S":"2024-07-12T03:17:42.5+02:00"}""", "2024-07-12 01:17:42.5+00", "text", "2024-07-12T01:17:42.5+00:00"),
        ("datetime", """{"S":"0001-01-01T00:00:00Z"}""", "0001-01-01 00:00:00+00", "text", "0001-01-01T00:00:00+00:00"),
        ("datetime", """{"S":"9999-12-31T23:59:59.9999999Z"}""", Refused, "text", "9999-12-31T23:59:59.9999999+00:00"),
        ("datetime", """{"S":"9999-12-31T23:59:59.999999Z"}""", "9999-12-31 23:59:59.999999+00", "text", "9999-12-31T23:59:59.999999+00:00"),
        ("datetimeoffset", """{"S":"1969-12-31T23:59:59.999999-05:45"}""", "1970-01-01 05:44:59.999999+00", "text", "1970-01-01T05:44:59.999999+00:00"),
        ("datetimeoffset", """{"S":"2024-07-12T03:17:42.1234567Z"}""", Refused, "text", "2024-07-12T03:17:42.1234567+00:00"),
        ("datetimeoffset", """{"S":"12.07.2024"}""", Refused, "", Refused),
        ("unixseconds", """{"N":"1720740233.000001"}""", "2024-07-11 23:23:53.000001+00", "text", "2024-07-11T23:23:53.000001+00:00"),
        ("unixseconds", """{"N":"-1"}""", "1969-12-31 23:59:59+00", "text", "1969-12-31T23:59:59+00:00"),
        ("unixseconds", """{"N":"1E20"}""", Refused, "", Refused),
        ("unixmilliseconds", """{"N":"1720740233012"}""", "2024-07-11 23:23:53.012+00", "text", "2024-07-11T23:23:53.012+00:00"),
        ("dateonly", """{"S":"2024-02-29"}""", "2024-02-29", "text", null),
        ("dateonly", """{"S":"0001-01-01"}""", "0001-01-01", "text", null),
        ("dateonly", """{"S":"9999-12-31"}""", "9999-12-31", "text", null),
        ("dateonly", """{"S":"2023-02-29"}""", Refused, "", Refused),
        ("timeonly", """{"S":"23:59:59.999999"}""", "23:59:59.999999", "text", null),
        ("timeonly", """{"S":"00:00:00.0000001"}""", Refused, "text", "00:00:00.0000001"),
        ("timeonly", """{"S":"24:00:00"}""", Refused, "", Refused),
        ("timespan", """{"S":"1.02:03:04.5000000"}""", "26:03:04.5", "text", "1.02:03:04.5000000"),
        ("timespan", """{"S":"-00:00:01"}""", "-00:00:01", "text", null),
        ("timespan", """{"S":"10675199.02:48:05.4775807"}""", Refused, "text", "10675199.02:48:05.4775807"),
        ("strings", """{"L":[{"S":"b"},{"S":""},{"S":"a \"q\", {x}"},{"S":"NULL"}]}""", """{b,"","a \"q\", {x}","NULL"}""", "text", """["b","","a \"q\", {x}","NULL"]"""),
        ("strings", """{"L":[]}""", "{}", "text", "[]"),
        ("strings", """{"SS":["b","a"]}""", "{a,b}", "text", """["a","b"]"""),
        ("strings", """{"L":[{"S":"a\u0000"}]}""", Refused, "text", """["a\u0000"]"""),
        ("strings", """{"L":[{"N":"1"}]}""", Refused, "", Refused),
        ("nullablestrings", """{"L":[{"S":"a"},{"NULL":true}]}""", """["a", null]""", "text", """["a",null]"""),
        ("ints", """{"L":[{"N":"2147483647"},{"N":"-1"}]}""", "{2147483647,-1}", "text", "[2147483647,-1]"),
        ("ints", """{"L":[{"N":"2147483648"}]}""", Refused, "", Refused),
        ("decimals", $$"""{"L":[{"N":"1.5"},{"N":"{{MaxDigits}}"}]}""", $"{{1.5,{MaxDigits}}}", "text", $"[1.5,{MaxDigits}]"),
        ("doubles", """{"L":[{"N":"0.1"},{"N":"1E+100"}]}""", "{0.1,1e+100}", "text", "[0.1,1E+100]"),
        ("binaries", """{"L":[{"B":"AP+A"},{"B":""}]}""", """{"\\x00ff80","\\x"}""", "text", """["AP+A",""]"""),
        ("guids", """{"L":[{"S":"0f8fad5b-d9cb-469f-a165-70867728950e"}]}""", "{0f8fad5b-d9cb-469f-a165-70867728950e}", "text", """["0f8fad5b-d9cb-469f-a165-70867728950e"]"""),
        ("stringset", """{"SS":["ı","b","B","ä"]}""", "{B,b,ä,ı}", "text", """["B","b","ä","ı"]"""),
        ("longset", """{"NS":["10","9","-1"]}""", "{-1,9,10}", "text", "[-1,9,10]"),
        ("decimalset", $$"""{"NS":["{{MaxDigits}}","1.50","-2"]}""", $"{{-2,1.5,{MaxDigits}}}", "text", $"[-2,1.5,{MaxDigits}]"),
        ("dictionary", """{"M":{"b c":{"N":"1"},"":{"N":"-2"},"ä\"":{"N":"3.0"}}}""", """{"": -2, "b c": 1, "ä\"": 3}""", "text", """{"":-2,"b c":1,"ä\"":3}"""),
        ("dictionary", """{"M":{}}""", "{}", "text", null),
        ("dictionary", """{"M":{"a":{"N":"1"},"a":{"N":"2"}}}""", Refused, "", Refused),
        ("nested", """{"M":{"zip code":{"N":"8000"},"Altitude":{"N":"4.080"},"other":{"S":"x"}}}""", """{"other": "x", "Altitude": 4.08, "zip code": 8000}""", "text", """{"Altitude":4.08,"other":"x","zip code":8000}"""),
        ("places", """{"L":[{"M":{"zip code":{"N":"1"}}},{"M":{}}]}""", """[{"zip code": 1}, {}]""", "text", """[{"zip code":1},{}]"""),
        ("element", $$$$"""{"L":[{"N":"{{{{MaxDigits}}}}"},{"S":"x"},{"NULL":true},{"BOOL":false},{"B":"AP+A"},{"NS":["10","9"]},{"M":{"b":{"L":[]},"a":{"SS":["z","y"]}}}]}""",
            $$"""[{{MaxDigits}}, "x", null, false, "AP+A", [9, 10], {"a": ["y", "z"], "b": []}]""", "text", $$"""[{{MaxDigits}},"x",null,false,"AP+A",[9,10],{"a":["y","z"],"b":[]}]"""),
        ("node", """{"S":"x"}""", "\"x\"", "text", null),
        ("node", """{"N":"1.10"}""", "1.1", "text", null),
        ("node", """{"M":{"a":{"S":"\u0000"}}}""", Refused, "text", """{"a":"\u0000"}"""),
        ("node", """{"M":{"a":{"S":"\\u0000"}}}""", """{"a": "\\u0000"}""", "text", """{"a":"\\u0000"}"""),
        ("node", """{"M":{"a":{"S":"\ud800"}}}""", Refused, "", Refused),
        ("rest", """{"L":[{"S":"a\u0000"}]}""", Refused, "text", """{"rest":{"L":[{"S":"a\u0000"}]}}"""),
        ("rest", """{"NS":["10","9"]}""", """{"rest": {"NS": ["9", "10"]}}""", "text", """{"rest":{"NS":["9","10"]}}"""),
        ("rest", """{"M":{"b":{"N":"1.0"},"a":{"B":"AP+A"}}}""", """{"rest": {"M": {"a": {"B": "AP+A"}, "b": {"N": "1"}}}}""", "text", """{"rest":{"M":{"a":{"B":"AP+A"},"b":{"N":"1"}}}}"""),
    ];

    public static TheoryData<string> Cultures => ["", "de-DE", "tr-TR"];

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task SQLite_gives_back_what_came(string culture)
    {
        using var _ = new CultureScope(culture);
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<AllTypes>());
        await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<AllTypes>()), default);
        var refused = await WriteAsync(sink);
        var problems = new StringBuilder();
        for (var i = 0; i < Cases.Length; i++)
        {
            var (column, value, postgres, type, sqlite) = Cases[i];
            var expected = (sqlite ?? postgres) == Refused ? Refused : $"{type}:{sqlite ?? postgres}";
            Compare(problems, i, expected, refused.Contains(i)
                ? Refused
                : database.Rows(Text(i, $"SELECT typeof(\"{column}\") || ':' || coalesce(iif(typeof(\"{column}\") = 'blob', hex(\"{column}\"), \"{column}\"), '∅') FROM types WHERE id = {{0}}")).Single());
        }

        Assert.True(problems.Length == 0, problems.ToString());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_gives_back_what_came()
    {
        foreach (var (culture, directRows) in ((string, int)[])[("", 0), ("de-DE", 0), ("tr-TR", 1_000), ("de-DE", 1_000), ("", 1_000)])
        {
            // By COPY, and by arrays.
            using var _ = new CultureScope(culture);
            await using var database = await PostgresDatabase.CreateAsync(server, new() { DirectRows = directRows });
            await using var sink = await database.StartAsync(static tables => tables.Add<AllTypes>(), CdcModel.Get<AllTypes>());
            var refused = await WriteAsync(sink);
            var problems = new StringBuilder();
            for (var i = 0; i < Cases.Length; i++)
            {
                Compare(problems, i, Cases[i].Postgres, refused.Contains(i)
                    ? Refused
                    : (await database.RowsAsync(Text(i, $"SET TIME ZONE 'UTC'; SELECT \"{Cases[i].Column}\"::text FROM types WHERE id = {{0}}"))).Single());
            }

            Assert.True(problems.Length == 0, $"{culture}, {directRows}\n{problems}");
        }
    }

    /// <summary>SQLite's TEXT holds U+0000, and so does the sink.</summary>
    [Fact]
    public async Task SQLite_keeps_NUL_in_text()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables => tables.Add<AllTypes>());
        await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<AllTypes>()), default);
        await sink.WriteAsync([Record(1, "string", """{"S":"a\u0000b"}""")], default);
        Assert.Equal(["610062"], database.Rows("SELECT hex(CAST(string AS BLOB)) FROM types"));
    }

    private static async Task<HashSet<int>> WriteAsync(RelationalSink sink)
    {
        var refused = new HashSet<int>();
        var records = new List<CdcRecord>();
        var indexes = new List<int>();
        for (var i = 0; i < Cases.Length; i++)
        {
            try
            {
                records.Add(Record(i, Cases[i].Column, Cases[i].Value));
                indexes.Add(i);
            }
            catch (CdcDecodeException)
            {
                refused.Add(i); // no record at all: the pipeline dead-letters it before it comes to a sink
            }
        }

        try
        {
            await sink.WriteAsync(records, default);
        }
        catch (RejectedRecordsException rejected)
        {
            refused.UnionWith(rejected.Rejected.Select(one => indexes[one.Index]));
        }

        return refused;
    }

    internal static CdcRecord Record(int id, string column, string value)
    {
        var name = CdcModel.Get<AllTypes>().Schema.Attributes.Single(attribute => attribute.ColumnName == column) is { ColumnType: not ColumnType.Overflow } attribute ? attribute.Name : "rest";
        var key = Text(id, """{{"id":{{"N":"{0}"}}}}""");
        return TestRecord.Make("INSERT", "types", 1, "1", key, $"{key[..^1]},\"{name}\":{value}}}");
    }

    private static string Text(int id, string format) => string.Format(CultureInfo.InvariantCulture, format, id);

    private static void Compare(StringBuilder problems, int index, string expected, string actual)
    {
        if (expected != actual)
        {
            problems.Append(CultureInfo.InvariantCulture, $"{Cases[index].Column} {Cases[index].Value}\n  expected {expected}\n  found    {actual}\n");
        }
    }

    /// <summary>The culture of the thread for the time of a test.</summary>
    private sealed class CultureScope : IDisposable
    {
        private readonly CultureInfo _before = CultureInfo.CurrentCulture;

        public CultureScope(string name) => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

        public void Dispose() => CultureInfo.CurrentCulture = _before;
    }
}
