using System.Text.Json;

namespace TypedCdc.Decoding;

// What no member maps.
public readonly ref partial struct ItemReader
{
    /// <summary>Every attribute that the table does not name, by name, with its value in DynamoDB JSON (<c>{"S":"…"}</c>); empty where there is none.</summary>
    public Dictionary<string, JsonElement> GetOverflow()
    {
        var overflow = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!HasUnmapped)
        {
            return overflow;
        }

        var json = new JsonScanner(_record, _start);
        json.Expect((byte)'{');
        do
        {
            var name = json.TakeString();
            json.Expect((byte)':');
            var value = json.SkipValue(0);
            var text = JsonText.GetString(name.Of(_record), name.IsPlain);
            if (Table.Find(System.Text.Encoding.UTF8.GetBytes(text)) < 0)
            {
                var reader = new Utf8JsonReader(value.Of(_record), new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
                overflow.Add(text, JsonElement.ParseValue(ref reader));
            }
        }
        while (json.TakeCommaOrEnd((byte)'}'));

        return overflow;
    }
}
