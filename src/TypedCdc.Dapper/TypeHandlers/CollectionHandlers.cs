using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Dapper;

namespace TypedCdc.DapperRows;

/// <summary>Lists and sets of one type of element: an array of PostgreSQL's, or a JSON array.</summary>
internal static class CollectionHandlers
{
    public static void AddAll()
    {
        Add(static element => element.GetString()!);
        Add(static element => long.Parse(element.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture));
        Add(static element => int.Parse(element.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture));
        Add(static element => decimal.Parse(element.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture));
        Add(static element => element.GetDouble());
        Add(static element => DynamoDbNumber.Parse(element.GetRawText()));
        Add(static element => element.GetBytesFromBase64());
        Add(static element => Guid.Parse(element.GetString()!));
    }

    private static void Add<T>(Func<JsonElement, T> element)
    {
        Handle(static list => list, static list => list);
        Handle(static list => list.ToArray(), static array => array);
        Handle(static list => (IReadOnlyList<T>)list, static list => list);
        Handle(static list => new HashSet<T>(list), static set => set);
        Handle(static list => (IReadOnlySet<T>)new HashSet<T>(list), static set => set);
        Handle(static list => list.ToImmutableArray(), static array => array.IsDefault ? [] : array);
        Handle(static list => list.ToImmutableHashSet(), static set => set);

        void Handle<TCollection>(Func<List<T>, TCollection> make, Func<TCollection, IEnumerable<T>> enumerate)
        {
            // The driver's own arrays are Dapper's to bind and read: one of strings is also a list for IN.
            if (typeof(TCollection) != typeof(byte[]))
            {
                SqlMapper.AddTypeHandler(typeof(TCollection), new ValueHandler<TCollection>(
                    value => make(Read(value, element)), value => JsonSerializer.Serialize(enumerate(value)), value => enumerate(value).ToArray()));
            }
        }
    }

    private static List<T> Read<T>(object value, Func<JsonElement, T> element)
    {
        switch (value)
        {
            case IEnumerable<T> elements:
                return [.. elements];
            case string json:
                using (var document = JsonDocument.Parse(json))
                {
                    return [.. document.RootElement.EnumerateArray().Select(element)];
                }

            default:
                // An array of another type of number, such as numeric[] for DynamoDB's numbers.
                using (var document = JsonDocument.Parse(JsonSerializer.Serialize(value)))
                {
                    return [.. document.RootElement.EnumerateArray().Select(element)];
                }
        }
    }
}
