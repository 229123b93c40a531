using System.Text.Json.Nodes;

namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>Damages the structure of an answer: a field is absent, null, empty or of another type, or the text is cut off or another one. What stays readable keeps its meaning.</summary>
internal static class AnswerMutator
{
    private static readonly string[] Wholes = ["", "{}", "null", "[]", "\"x\"", "7", "<html>welcome to the hotel</html>", "{\"Records\"", "\u0000"];

    internal static string Mutate(string json, Random random)
    {
        if (random.Next(6) == 0)
            return Wholes[random.Next(Wholes.Length)];
        if (random.Next(6) == 0)
            return json[..random.Next(json.Length)];
        var root = JsonNode.Parse(json)!;
        var fields = Fields(root).ToList();
        for (var count = random.Next(1, 3); count > 0 && fields.Count > 0; count--)
        {
            var chosen = random.Next(fields.Count);
            var (parent, name) = fields[chosen];
            fields.RemoveAt(chosen);
            if (!parent.ContainsKey(name))
                continue;
            switch (random.Next(3))
            {
                case 0:
                    parent.Remove(name);
                    break;
                case 1:
                    parent[name] = null;
                    break;
                default:
                    parent[name] = Other(parent[name], name, random);
                    break;
            }
        }

        return root.ToJsonString();
    }

    /// <summary>A value of another type; of texts also the empty one, where that is not a value.</summary>
    private static JsonNode Other(JsonNode? value, string name, Random random) => random.Next(6) switch
    {
        0 when value is not JsonArray => new JsonArray(),
        1 when value is not JsonObject => new JsonObject(),
        2 when value?.GetValueKind() is not System.Text.Json.JsonValueKind.Number => JsonValue.Create(17),
        3 when value?.GetValueKind() is not System.Text.Json.JsonValueKind.String => JsonValue.Create("text"),
        4 when value?.GetValueKind() is System.Text.Json.JsonValueKind.String && name is not ("Data" or "PartitionKey") => JsonValue.Create(""),
        _ => JsonValue.Create(true),
    };

    private static IEnumerable<(JsonObject Parent, string Name)> Fields(JsonNode? node) => node switch
    {
        JsonObject parent => parent.SelectMany(field => Fields(field.Value).Prepend((parent, field.Key))).ToList(),
        JsonArray elements => elements.SelectMany(Fields).ToList(),
        _ => [],
    };
}
