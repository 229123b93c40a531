// The reader of samples against System.Text.Json, which it stands in for.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Generators.Samples;

namespace TypedCdc.CodeFixes.Tests.Samples;

public sealed class SampleJsonReaderTests
{
    [Theory]
    [InlineData("""{"a":[1,-2.5e10,"x",true,false,null,{}],"b":{"c":[]}}""")]
    [InlineData("\"\\u00e9\\n\\\"\\\\\\/\\b\\f\\r\\t \\ud83d\\ude00 \u00e9\"")]
    [InlineData(" [ 1 , 2 ] ")]
    [InlineData("{\r\n  \"a\" : \"b\"\r\n}")]
    public void Values_read_as_System_Text_Json_reads_them(string json) => Assert.Equal(Text(JsonNode.Parse(json)), Text(new SampleJsonReader(json).Read()));

    [Theory]
    [InlineData("{", 1)]
    [InlineData("{\"a\"}", 4)]
    [InlineData("{\"a\":}", 5)]
    [InlineData("{\"a\":1,}", 7)]
    [InlineData("[1,]", 3)]
    [InlineData("[1 2]", 3)]
    [InlineData("{a:1}", 1)]
    [InlineData("\"a", 2)]
    [InlineData("\"a\nb\"", 2)]
    [InlineData("\"\\x\"", 2)]
    [InlineData("\"\\u00g0\"", 5)]
    [InlineData("tru", 0)]
    [InlineData("-", 0)]
    [InlineData("1.", 0)]
    [InlineData(".5", 0)]
    [InlineData("", 0)]
    public void What_is_not_JSON_is_told_where_it_stops_being_it(string text, int position) =>
        Assert.Equal(position, Assert.Throws<SampleJsonException>(() => new SampleJsonReader(text).Read()).Position);

    [Fact]
    public void Nesting_is_bounded()
    {
        var deep = new string('[', 100_000);
        Assert.Throws<SampleJsonException>(() => new SampleJsonReader(deep).Read());
    }

    [Fact]
    public void Any_value_reads_as_it_was_written()
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(2026, 1121);
        Check.One(config, Prop.ForAll(ArbMap.Default.GeneratorFor<int>().ToArbitrary(), seed =>
        {
            var node = Random(new Random(seed), 0);
            var compact = node?.ToJsonString() ?? "null";
            var pretty = node?.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null";
            var reader = new SampleJsonReader(compact + pretty + " " + compact);
            for (var i = 0; i < 3; i++)
            {
                Assert.True(reader.MoveToValue());
                Assert.Equal(Text(node), Text(reader.Read()));
            }

            Assert.False(reader.MoveToValue());
        }));
    }

    // The text of a lone value must end where the next begins, so numbers are wrapped.
    private static JsonNode? Random(Random random, int depth) => (depth == 0 ? 6 : random.Next(depth > 4 ? 5 : 7)) switch
    {
        0 => JsonValue.Create(random.Next()),
        1 => JsonValue.Create(random.NextDouble() * 1E10),
        2 => JsonValue.Create(new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => (char)random.Next(1, 0xD7FF))])),
        3 => JsonValue.Create(random.Next(2) == 0),
        4 => null,
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Random(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create("\"" + i.ToString(CultureInfo.InvariantCulture) + "\n", Random(random, depth + 1)))),
    };

    // One text for both kinds of tree: tags, and numbers as they stand.
    private static string Text(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject map => "{" + string.Concat(map.Select(static one => one.Key + ":" + Text(one.Value) + ",")) + "}",
        JsonArray list => "[" + string.Concat(list.Select(static one => Text(one) + ",")) + "]",
        _ => node.GetValueKind() == JsonValueKind.String ? "s" + node.GetValue<string>() : node.ToJsonString(),
    };

    private static string Text(SampleJson json)
    {
        var text = new StringBuilder();
        switch (json.Kind)
        {
            case SampleJsonKind.Object:
                text.Append('{');
                for (var i = 0; i < json.Names.Count; i++)
                {
                    text.Append(json.Names[i]).Append(':').Append(Text(json.Values[i])).Append(',');
                }

                return text.Append('}').ToString();
            case SampleJsonKind.Array:
                text.Append('[');
                json.Values.ForEach(value => text.Append(Text(value)).Append(','));
                return text.Append(']').ToString();
            case SampleJsonKind.String:
                return "s" + json.Text;
            case SampleJsonKind.Number:
                return json.Text;
            default:
                return json.Kind.ToString().ToLowerInvariant();
        }
    }
}
