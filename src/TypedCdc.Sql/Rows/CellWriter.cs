using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Turns an attribute's value into a cell, straight from the record's bytes. Exact, or an error.</summary>
internal static class CellWriter
{
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>The cell of a value that is there and not NULL.</summary>
    /// <param name="buffer">Where its bytes go.</param>
    /// <param name="column">The column.</param>
    /// <param name="expected">What an error says was expected.</param>
    /// <param name="image">The image.</param>
    /// <param name="slot">The value in it.</param>
    /// <exception cref="CdcDecodeException">The column cannot hold it exactly.</exception>
    public static Cell Write(RowBuffer buffer, TargetColumn column, string? expected, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        if ((slot.Kind & column.Attribute.Kinds) == 0)
        {
            Malformed.ThrowKind(slot.Start, slot.Kind, expected);
        }

        var value = new AttributeValueReader(image, slot, expected);
        if (column.IsNarrower)
        {
            ScalarCheck.Check(column.Attribute, value);
        }

        switch (column.Type)
        {
            case ColumnType.Text when slot.Kind == AttributeKind.S:
                return WriteText(buffer, column, image, slot);
            case ColumnType.Text when slot.Kind == AttributeKind.N:
                return WriteNumber(buffer, image, slot, isCanonical: column.Key != SqlKey.None);
            case ColumnType.Boolean:
                return Cell.Of(value.GetBooleanOrNumber() ? 1L : 0L);
            case ColumnType.Int16:
                return Cell.Of((long)value.GetInteger<short>());
            case ColumnType.Int32:
                return Cell.Of((long)value.GetInteger<int>());
            case ColumnType.Int64:
                return Cell.Of(value.GetInteger<long>());
            case ColumnType.Numeric:
                return WriteNumber(buffer, image, slot, isCanonical: column.Key != SqlKey.None);
            case ColumnType.Single:
                return Cell.Of(column.Attribute.Scalar == ScalarType.Half ? (double)value.GetHalf() : value.GetSingle());
            case ColumnType.Double:
                return Cell.Of(value.GetDouble());
            case ColumnType.Binary:
                return WriteBase64(buffer, image, slot);
            case ColumnType.Guid:
                return WriteGuid(buffer, value.GetGuid());
            case ColumnType.Timestamp:
                return Cell.Of(Resolve(buffer.Table.Limits.TimeResolution, slot, Ticks(value, column.Attribute.Encoding)));
            case ColumnType.Date:
                return Cell.Of((long)value.GetDateOnly().DayNumber);
            case ColumnType.Time:
                return Cell.Of(Resolve(buffer.Table.Limits.DurationResolution ?? buffer.Table.Limits.TimeResolution, slot, value.GetTimeOnly().Ticks));
            case ColumnType.Interval:
                return Cell.Of(Resolve(buffer.Table.Limits.DurationResolution ?? buffer.Table.Limits.TimeResolution, slot, value.GetTimeSpan().Ticks));
            default:
                var start = buffer.ByteCount;
                PlainJson.Write(buffer, image, slot);
                var document = buffer.TextSince(start);
                CheckNul(buffer, document, slot);
                CheckSize(buffer, document, slot);
                return document;
        }
    }

    /// <summary>Refuses a document with the character U+0000 where the database cannot hold it.</summary>
    public static void CheckNul(RowBuffer buffer, in Cell document, AttributeSlot slot)
    {
        if (!buffer.Table.Limits.TakesNul && HasEscapedNul(buffer.Bytes(document)))
        {
            ThrowNul(slot);
        }
    }

    /// <summary>Refuses a document that is longer than the database takes.</summary>
    public static void CheckSize(RowBuffer buffer, in Cell document, AttributeSlot slot)
    {
        if (document.Length > buffer.Table.Limits.MaximumDocumentBytes)
        {
            throw Malformed.At(slot.Start, string.Create(CultureInfo.InvariantCulture, $"The value has {document.Length} bytes as a document, and the database takes {buffer.Table.Limits.MaximumDocumentBytes} in a column."));
        }
    }

    private static long Ticks(AttributeValueReader value, AttributeEncoding encoding)
    {
        if (encoding is not (AttributeEncoding.UnixSeconds or AttributeEncoding.UnixMilliseconds))
        {
            return value.GetDateTimeOffset().UtcTicks;
        }

        // A decimal holds every time that a DateTimeOffset can be, to the tick.
        var ticks = value.GetDecimal() * (encoding == AttributeEncoding.UnixSeconds ? TimeSpan.TicksPerSecond : TicksPerMillisecond);
        var least = -DateTimeOffset.UnixEpoch.Ticks;
        if (ticks < least || ticks > DateTimeOffset.MaxValue.Ticks + least || ticks != decimal.Truncate(ticks))
        {
            throw new CdcDecodeException("The number is not a point in time between the years 1 and 9999 in steps of 100 ns.");
        }

        return (long)ticks - least;
    }

    // An escape is one only behind an even number of backslashes.
    internal static bool HasEscapedNul(ReadOnlySpan<byte> json)
    {
        for (var found = json.IndexOf("\\u0000"u8); found >= 0;)
        {
            var before = json[..found];
            if ((before.Length - before.TrimEnd((byte)'\\').Length) % 2 == 0)
            {
                return true;
            }

            var next = json[(found + 1)..].IndexOf("\\u0000"u8);
            found = next < 0 ? -1 : found + 1 + next;
        }

        return false;
    }

    private static long Resolve(long resolution, AttributeSlot slot, long ticks) => ticks % resolution == 0
        ? ticks
        : throw Malformed.At(slot.Start, "The time is finer than the database keeps it.");

    private static void ThrowNul(AttributeSlot slot) => Malformed.Throw(slot.Start, "The text holds the character U+0000, which the database cannot hold.");

    private static Cell WriteText(RowBuffer buffer, TargetColumn column, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        var start = buffer.ByteCount;
        var spelled = image.Slice(slot.Start, slot.Length);
        var destination = buffer.GetSpan(spelled.Length);
        if (slot.IsPlain)
        {
            spelled.CopyTo(destination);
            buffer.Advance(spelled.Length);
        }
        else
        {
            buffer.Advance(JsonText.Unescape(spelled, destination));
        }

        var text = buffer.TextSince(start);
        if (!slot.IsPlain && !buffer.Table.Limits.TakesNul && buffer.Bytes(text).Contains((byte)0))
        {
            ThrowNul(slot);
        }

        return Sized(buffer, column, slot, text);
    }

    private static Cell Sized(RowBuffer buffer, TargetColumn column, AttributeSlot slot, Cell text) => text.Length <= buffer.Table.Limits.MaximumTextBytes || buffer.Table.TakesLongText?[column.Index] == true
        ? text
        : throw Malformed.At(slot.Start, string.Create(CultureInfo.InvariantCulture, $"The text has {text.Length} bytes, and the database takes {buffer.Table.Limits.MaximumTextBytes} in a column."));

    // As it came: 1.10 stays 1.10. Only a key is written in one way, or 1 and 1.0 would be two rows for one item.
    private static Cell WriteNumber(RowBuffer buffer, ReadOnlySpan<byte> image, AttributeSlot slot, bool isCanonical)
    {
        using var text = new UnescapedText(image.Slice(slot.Start, slot.Length), stackalloc byte[128]);
        var start = buffer.ByteCount;
        var destination = buffer.GetSpan(Math.Max(text.Utf8.Length, DynamoDbNumber.MaxTextLength));
        if (isCanonical)
        {
            DynamoDbNumber.Parse(text.Utf8).TryFormat(destination, out var length, default, CultureInfo.InvariantCulture);
            buffer.Advance(length);
        }
        else
        {
            text.Utf8.CopyTo(destination);
            buffer.Advance(text.Utf8.Length);
        }

        return buffer.TextSince(start);
    }

    private static Cell WriteBase64(RowBuffer buffer, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        if (slot.Kind != AttributeKind.B)
        {
            Malformed.ThrowKind(slot.Start, slot.Kind, "a B");
        }

        var start = buffer.ByteCount;
        using var text = new UnescapedText(image.Slice(slot.Start, slot.Length), stackalloc byte[256]);
        var destination = buffer.GetSpan(Base64.GetMaxDecodedFromUtf8Length(text.Utf8.Length));
        if (Base64.DecodeFromUtf8(text.Utf8, destination, out _, out var length) != OperationStatus.Done)
        {
            Malformed.Throw(slot.Start, "The value is not base64.");
        }

        buffer.Advance(length);
        return Cell.OfBytes(start, length);
    }

    private static Cell WriteGuid(RowBuffer buffer, Guid value)
    {
        var start = buffer.ByteCount;
        value.TryFormat(buffer.GetSpan(36), out var length);
        buffer.Advance(length);
        return Cell.OfText(start, length);
    }
}
