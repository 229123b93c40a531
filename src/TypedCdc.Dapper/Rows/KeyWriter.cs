using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;
using TypedCdc.Schema;

namespace TypedCdc.DapperRows;

/// <summary>Writes a model's typed key as the item that has only the key: a removal without its old image carries nothing else.</summary>
internal static class KeyWriter
{
    public static void Write(Utf8JsonWriter writer, object key, TableSchema schema)
    {
        writer.WriteStartObject();
        WriteKey(writer, key, schema, schema.PartitionKey, schema.PartitionKeyName, "ToPartitionKey");
        if (schema.SortKeyName is { } sortKey)
        {
            WriteKey(writer, key, schema, schema.SortKey, sortKey, "ToSortKey");
        }

        writer.WriteEndObject();
    }

    // A key that is made of parts says itself how its text is.
    private static void WriteKey(Utf8JsonWriter writer, object key, TableSchema schema, int ordinal, string name, string method)
    {
        if (ordinal >= 0)
        {
            WriteAttribute(writer, key, schema.Attributes[ordinal]);
            return;
        }

        var text = key.GetType().GetMethod(method, Type.EmptyTypes)?.Invoke(key, null) as string ?? throw new InvalidOperationException($"The key '{key.GetType()}' has no {method}().");
        writer.WriteStartObject(name);
        writer.WriteString("S"u8, text);
        writer.WriteEndObject();
    }

    private static void WriteAttribute(Utf8JsonWriter writer, object key, AttributeSchema attribute)
    {
        var value = key.GetType().GetProperty(attribute.MemberName, BindingFlags.Public | BindingFlags.Instance)?.GetValue(key)
            ?? throw new InvalidOperationException($"The key of '{key.GetType()}' has no '{attribute.MemberName}'.");
        writer.WriteStartObject(attribute.Name);
        switch (value)
        {
            case byte[] bytes:
                writer.WriteBase64String("B"u8, bytes);
                break;
            case ReadOnlyMemory<byte> bytes:
                writer.WriteBase64String("B"u8, bytes.Span);
                break;
            default:
                writer.WriteString(attribute.Kinds == AttributeKind.N ? "N"u8 : "S"u8, Text(value, attribute));
                break;
        }

        writer.WriteEndObject();
    }

    private static string Text(object value, AttributeSchema attribute) => value switch
    {
        DateTimeOffset time => Time(time, attribute.Encoding),
        DateTime time => Time(new(time), attribute.Encoding),
        Enum when attribute.Encoding == AttributeEncoding.EnumNumber => ((Enum)value).ToString("D"),
        Enum name => value.GetType().GetField(name.ToString())?.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? name.ToString(),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Uri uri => uri.OriginalString,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Time(DateTimeOffset time, AttributeEncoding encoding)
    {
        var ticks = (decimal)(time - DateTimeOffset.UnixEpoch).Ticks;
        return encoding switch
        {
            AttributeEncoding.UnixSeconds => (ticks / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture),
            AttributeEncoding.UnixMilliseconds => (ticks / TimeSpan.TicksPerMillisecond).ToString(CultureInfo.InvariantCulture),
            _ => time.ToString("O", CultureInfo.InvariantCulture),
        };
    }
}
