using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>Every C# type that is mapped, from a record's bytes to what the database gives back: exact, or refused.</summary>
[Collection("MariaDB")]
public sealed class MySqlTypeTests(MariaDb server)
{
    private const string Refused = "(refused)";
    private const string Digits = "99999999999999999999999999999999999999"; // 38

    // Column, attribute value, the database's text.
    private static readonly (string Column, string Value, string Expected)[] Cases =
    [
        ("string", """{"S":""}""", ""),
        ("string", """{"S":"b\n\"ä\\😀\ud83d\ude00 \u2028İı '%_"}""", "b\n\"ä\\😀😀 \u2028İı '%_"),
        ("string", """{"S":"a\u0000b"}""", "a\0b"),
        ("string", """{"S":"a\ud800b"}""", Refused),
        ("char", """{"S":"ä"}""", "ä"),
        ("uri", """{"S":"https://example.org/a%20b?q=1"}""", "https://example.org/a%20b?q=1"),
        ("enumname", """{"S":"Angry"}""", "Angry"),
        ("enumnumber", """{"N":"1"}""", "1"),
        ("bool", """{"BOOL":true}""", "1"),
        ("bool", """{"BOOL":false}""", "0"),
        ("sbyte", """{"N":"-128"}""", "-128"),
        ("byte", """{"N":"255"}""", "255"),
        ("byte", """{"N":"256"}""", Refused),
        ("short", """{"N":"-3.2768E4"}""", "-32768"),
        ("ushort", """{"N":"65535"}""", "65535"),
        ("int", """{"N":"2147483647.0"}""", "2147483647"),
        ("int", """{"N":"2147483648"}""", Refused),
        ("uint", """{"N":"4294967295"}""", "4294967295"),
        ("long", """{"N":"-9223372036854775808"}""", "-9223372036854775808"),
        ("ulong", """{"N":"18446744073709551615"}""", "18446744073709551615"),
        ("int128", $$"""{"N":"-{{Digits}}"}""", "-" + Digits),
        ("uint128", $$"""{"N":"{{Digits}}"}""", Digits),
        ("biginteger", """{"N":"9.99E+125"}""", "9.99E+125"),
        ("decimal", """{"N":"1.10"}""", "1.10"),
        ("decimal", """{"N":"-0.0000000000000000000000000000000000001"}""", "-0.0000000000000000000000000000000000001"),
        ("decimal", """{"N":"1.2345678901234567890123456789012345678"}""", "1.2345678901234567890123456789012345678"),
        ("number", $$"""{"N":"{{Digits}}"}""", Digits),
        ("number", """{"N":"1E-130"}""", "1E-130"),
        ("double", """{"N":"1E+120"}""", "1E+120"),
        ("double", """{"N":"0.1"}""", "0.1"),
        ("double", """{"N":"1.7976931348623155E+125"}""", "1.7976931348623155E+125"),
        // A float is kept in a DOUBLE, which holds it exactly: this is what a float of 0.1 is.
        ("float", """{"N":"0.1"}""", "0.10000000149011612"),
        ("float", """{"N":"16777215"}""", "16777215"),
        ("half", """{"N":"65504"}""", "65504"),
        ("bytes", """{"B":"AP+A"}""", "00FF80"),
        ("bytes", """{"B":""}""", ""),
        ("memory", """{"B":"AP+AJ1w="}""", "00FF80275C"),
        ("guid", """{"S":"0F8FAD5BD9CB469FA16570867728950E"}""", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("datetime", """{"S":"2024-07-12T03:17:42.5+02:00"}""", "2024-07-12 01:17:42.500000"),
        ("datetime", """{"S":"0001-01-01T00:00:00Z"}""", "0001-01-01 00:00:00.000000"),
        ("datetime", """{"S":"9999-12-31T23:59:59.9999999Z"}""", Refused),
        ("datetime", """{"S":"9999-12-31T23:59:59.999999Z"}""", "9999-12-31 23:59:59.999999"),
        ("datetime", """{"S":"2038-01-19T03:14:08.000001Z"}""", "2038-01-19 03:14:08.000001"),
        ("datetimeoffset", """{"S":"1969-12-31T23:59:59.999999-05:45"}""", "1970-01-01 05:44:59.999999"),
        ("datetimeoffset", """{"S":"2024-07-12T03:17:42.1234567Z"}""", Refused),
        ("unixseconds", """{"N":"1720740233.000001"}""", "2024-07-11 23:23:53.000001"),
        ("unixmilliseconds", """{"N":"1720740233012"}""", "2024-07-11 23:23:53.012000"),
        ("dateonly", """{"S":"2024-02-29"}""", "2024-02-29"),
        ("dateonly", """{"S":"0001-01-01"}""", "0001-01-01"),
        ("dateonly", """{"S":"9999-12-31"}""", "9999-12-31"),
        ("timeonly", """{"S":"23:59:59.999999"}""", "23:59:59.999999"),
        ("timeonly", """{"S":"00:00:00.0000001"}""", Refused),
        ("timespan", """{"S":"1.02:03:04.5000000"}""", "1.02:03:04.5000000"),
        ("timespan", """{"S":"-00:00:01"}""", "-00:00:01"),
        ("strings", """{"L":[{"S":"b"},{"S":""},{"S":"a \"q\", {x}"},{"S":"NULL"}]}""", """["b","","a \"q\", {x}","NULL"]"""),
        ("nullablestrings", """{"L":[{"S":"a"},{"NULL":true}]}""", """["a",null]"""),
        ("ints", """{"L":[{"N":"2147483647"},{"N":"-1"}]}""", "[2147483647,-1]"),
        ("decimals", $$"""{"L":[{"N":"1.5"},{"N":"{{Digits}}"}]}""", $"[1.5,{Digits}]"),
        ("doubles", """{"L":[{"N":"0.1"},{"N":"1E+100"}]}""", "[0.1,1E+100]"),
        ("binaries", """{"L":[{"B":"AP+A"},{"B":""}]}""", """["AP+A",""]"""),
        ("guids", """{"L":[{"S":"0f8fad5b-d9cb-469f-a165-70867728950e"}]}""", """["0f8fad5b-d9cb-469f-a165-70867728950e"]"""),
        ("stringset", """{"SS":["ı","b","B","ä"]}""", """["B","b","ä","ı"]"""),
        ("longset", """{"NS":["10","9","-1"]}""", "[-1,9,10]"),
        ("decimalset", $$"""{"NS":["{{Digits}}","1.50","-2"]}""", $"[-2,1.5,{Digits}]"),
        ("dictionary", """{"M":{"b c":{"N":"1"},"":{"N":"-2"},"ä\"":{"N":"3.0"}}}""", """{"":-2,"b c":1,"ä\"":3}"""),
        ("nested", """{"M":{"zip code":{"N":"8000"},"Altitude":{"N":"4.080"},"other":{"S":"x"}}}""", """{"Altitude":4.08,"other":"x","zip code":8000}"""),
        ("places", """{"L":[{"M":{"zip code":{"N":"1"}}},{"M":{}}]}""", """[{"zip code":1},{}]"""),
        ("element", $$"""{"L":[{"N":"{{Digits}}"},{"NULL":true},{"BOOL":false}]}""", $"[{Digits},null,false]"),
        ("node", """{"S":"x"}""", "\"x\""),
        ("rest", """{"NS":["10","9"]}""", """{"rest":{"NS":["9","10"]}}"""),
    ];

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task The_database_gives_back_what_came()
    {
        var before = CultureInfo.CurrentCulture;
        foreach (var culture in (string[])["", "de-DE", "tr-TR"])
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            var place = await MySqlPlace.CreateAsync(server);
            await using var sink = await place.StartAsync(static tables => tables.Add<AllTypes>(), null, null, CdcModel.Get<AllTypes>());
            var refused = await WriteAsync(sink);
            var problems = new StringBuilder();
            for (var i = 0; i < Cases.Length; i++)
            {
                var (column, value, expected) = Cases[i];
                var text = column is "bytes" or "memory" ? $"hex(\"{column}\")" : column is "double" or "float" or "half" ? $"\"{column}\"" : $"CAST(\"{column}\" AS text)";
                var found = refused.Contains(i) ? Refused : (await place.RowsAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT {text} FROM types WHERE id = {i}"))).Single();
                if (found != expected)
                {
                    problems.Append(CultureInfo.InvariantCulture, $"{column} {value}\n  expected {expected}\n  found    {found}\n");
                }
            }

            CultureInfo.CurrentCulture = before;
            Assert.True(problems.Length == 0, $"{culture}\n{problems}");
        }
    }

    [Fact]
    public void Every_column_of_the_model_is_tested() => Assert.Equal(
        CdcModel.Get<AllTypes>().Schema.Attributes.Select(static attribute => attribute.ColumnName).Except(["id"], StringComparer.Ordinal).Order(StringComparer.Ordinal),
        Cases.Select(static one => one.Column).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

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
                refused.Add(i);
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

    private static CdcRecord Record(int id, string column, string value)
    {
        var attribute = CdcModel.Get<AllTypes>().Schema.Attributes.Single(attribute => attribute.ColumnName == column);
        var key = string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"N":"{{{id}}}"}""");
        return TestRecord.Make("INSERT", "types", 1, "1", key + "}", $"{key},\"{(attribute.ColumnType == ColumnType.Overflow ? "rest" : attribute.Name)}\":{value}}}");
    }
}
