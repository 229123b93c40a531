// The other way of AttributeValueReader: what a model holds as DynamoDB JSON. For generated code and converters.
using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace TypedCdc.Decoding;

/// <summary>
/// Writes attribute values in DynamoDB JSON (<c>{"N":"8"}</c>), so that <see cref="AttributeValueReader"/> reads back an equal value. Numbers are
/// written as text in the invariant culture.
/// </summary>
public static partial class AttributeValueWriter
{
    // Longer than any number that DynamoDB holds: 126 digits before the point for a BigInteger that ends in zeros, and a sign.
    private const int NumberBytes = 160;

    // A number this short can neither have too many digits nor, without an exponent of three digits, be out of range.
    private const int SafeDigits = 5;

    /// <summary>Writes <c>{"NULL":true}</c>.</summary>
    public static void WriteNull(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("NULL"u8, true);
        writer.WriteEndObject();
    }

    /// <summary>Writes an S.</summary>
    public static void WriteString(Utf8JsonWriter writer, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteString("S"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes a BOOL.</summary>
    public static void WriteBoolean(Utf8JsonWriter writer, bool value)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("BOOL"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes an integer as an N.</summary>
    public static void WriteInteger<TInteger>(Utf8JsonWriter writer, TInteger value)
        where TInteger : struct, IBinaryInteger<TInteger> => WriteNumber(writer, value, default);

    /// <summary>Writes an N without trailing zeros, of which DynamoDB keeps none.</summary>
    public static void WriteDecimal(Utf8JsonWriter writer, decimal value) => WriteNumber(writer, (DynamoDbNumber)value);

    /// <summary>Writes an N, the shortest that reads back as the same value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or infinite: DynamoDB has no such N.</exception>
    public static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), "DynamoDB has no number that is infinite or not a number.");
        }

        WriteNumber(writer, value, "R");
    }

    /// <summary>Writes an N, the shortest that reads back as the same value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or infinite: DynamoDB has no such N.</exception>
    public static void WriteSingle(Utf8JsonWriter writer, float value)
    {
        if (!float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), "DynamoDB has no number that is infinite or not a number.");
        }

        WriteNumber(writer, value, "R");
    }

    /// <summary>Writes a bool as DynamoDBContext keeps it in a set: an N that is 1 or 0.</summary>
    public static void WriteBooleanNumber(Utf8JsonWriter writer, bool value)
    {
        writer.WriteStartObject();
        writer.WriteString("N"u8, value ? "1"u8 : "0"u8);
        writer.WriteEndObject();
    }

    /// <summary>Writes the whole content of a stream as a B, wherever its position is.</summary>
    public static void WriteMemoryStream(Utf8JsonWriter writer, MemoryStream value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteBytes(writer, value.TryGetBuffer(out var buffer) ? buffer : value.ToArray());
    }

    /// <summary>Writes a B.</summary>
    public static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        writer.WriteStartObject();
        writer.WriteBase64String("B"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes a Guid as an S in its form D.</summary>
    public static void WriteGuid(Utf8JsonWriter writer, Guid value)
    {
        writer.WriteStartObject();
        writer.WriteString("S"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes a point in time as an S, ISO 8601 with its offset and as many digits of the second as it has.</summary>
    public static void WriteDateTimeOffset(Utf8JsonWriter writer, DateTimeOffset value)
    {
        writer.WriteStartObject();
        writer.WriteString("S"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes an enum by the name of its member; a value without a name by its number.</summary>
    public static void WriteEnum<TEnum>(Utf8JsonWriter writer, TEnum value)
        where TEnum : struct, Enum => WriteString(writer, value.ToString());

    private static void WriteNumber<TNumber>(Utf8JsonWriter writer, TNumber value, ReadOnlySpan<char> format)
        where TNumber : IUtf8SpanFormattable, IFormattable
    {
        Span<byte> utf8 = stackalloc byte[NumberBytes];
        if (!value.TryFormat(utf8, out var length, format, CultureInfo.InvariantCulture)
            || (length > SafeDigits && !DynamoDbNumber.TryParse(utf8[..length], out _)))
        {
            throw new ArgumentOutOfRangeException(nameof(value), "DynamoDB's numbers have at most 38 significant digits and go from 1E-130 to 9.99E+125.");
        }

        writer.WriteStartObject();
        writer.WriteString("N"u8, utf8[..length]);
        writer.WriteEndObject();
    }
}
