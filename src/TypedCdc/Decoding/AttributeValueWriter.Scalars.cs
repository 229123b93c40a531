using System.Globalization;
using System.Text.Json;

namespace TypedCdc.Decoding;

// Numbers of all digits, times and the rarer scalars.
public static partial class AttributeValueWriter
{
    /// <summary>Writes an N with all its digits.</summary>
    public static void WriteNumber(Utf8JsonWriter writer, DynamoDbNumber value) => WriteNumber(writer, value, default);

    /// <summary>Writes an N, the shortest that reads back as the same value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or infinite: DynamoDB has no such N.</exception>
    public static void WriteHalf(Utf8JsonWriter writer, Half value)
    {
        if (!Half.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), "DynamoDB has no number that is infinite or not a number.");
        }

        WriteNumber(writer, value, default);
    }

    /// <summary>Writes an S of one UTF-16 code unit.</summary>
    public static void WriteChar(Utf8JsonWriter writer, char value) => WriteString(writer, value.ToString());

    /// <summary>Writes an S: the URI as it was given.</summary>
    public static void WriteUri(Utf8JsonWriter writer, Uri value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteString(writer, value.OriginalString);
    }

    /// <summary>Writes a point in time as an S, ISO 8601 in UTC. Local time is converted; a time of unspecified kind is UTC, as it is when read.</summary>
    public static void WriteDateTime(Utf8JsonWriter writer, DateTime value)
    {
        writer.WriteStartObject();
        writer.WriteString("S"u8, value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc));
        writer.WriteEndObject();
    }

    /// <summary>Writes a day as an S, <c>2024-07-12</c>.</summary>
    public static void WriteDateOnly(Utf8JsonWriter writer, DateOnly value) => WriteString(writer, value.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>Writes a time of day as an S, <c>01:17:42.5000000</c>.</summary>
    public static void WriteTimeOnly(Utf8JsonWriter writer, TimeOnly value) => WriteString(writer, value.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>Writes a duration as an S as .NET writes one, <c>1.02:03:04.5000000</c>.</summary>
    public static void WriteTimeSpan(Utf8JsonWriter writer, TimeSpan value) => WriteString(writer, value.ToString("c", CultureInfo.InvariantCulture));

    /// <summary>Writes a point in time as an N: seconds since 1970-01-01T00:00:00Z, with a fraction where there is one.</summary>
    public static void WriteUnixSeconds(Utf8JsonWriter writer, DateTimeOffset value) =>
        WriteDecimal(writer, (value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerSecond);

    /// <summary>Writes a point in time as an N: milliseconds since 1970-01-01T00:00:00Z, with a fraction where there is one.</summary>
    public static void WriteUnixMilliseconds(Utf8JsonWriter writer, DateTimeOffset value) =>
        WriteDecimal(writer, (value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerMillisecond);

    /// <summary>As <see cref="WriteUnixSeconds(Utf8JsonWriter, DateTimeOffset)"/>; a time of unspecified kind is UTC.</summary>
    public static void WriteUnixSeconds(Utf8JsonWriter writer, DateTime value) => WriteUnixSeconds(writer, ToOffset(value));

    /// <summary>As <see cref="WriteUnixMilliseconds(Utf8JsonWriter, DateTimeOffset)"/>; a time of unspecified kind is UTC.</summary>
    public static void WriteUnixMilliseconds(Utf8JsonWriter writer, DateTime value) => WriteUnixMilliseconds(writer, ToOffset(value));

    /// <summary>Writes an enum as an N.</summary>
    public static void WriteEnumNumber<TEnum>(Utf8JsonWriter writer, TEnum value)
        where TEnum : struct, Enum => WriteText(writer, "N"u8, value.ToString("D"));

    private static DateTimeOffset ToOffset(DateTime value) =>
        new(value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc));

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> kind, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(kind, text);
        writer.WriteEndObject();
    }
}
