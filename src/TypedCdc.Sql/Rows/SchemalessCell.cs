using System.Globalization;
using TypedCdc.Decoding;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// The text that a value becomes in a column of its own: S as it is, N as its canonical number, B as base64, BOOL as <c>true</c> or <c>false</c>, everything else as plain JSON; NULL is NULL.
/// </summary>
internal static class SchemalessCell
{
    /// <summary>Writes a value that has been scanned before.</summary>
    /// <param name="buffer">Where its bytes go.</param>
    /// <param name="column">Its column, of text.</param>
    /// <param name="image">The image.</param>
    /// <param name="slot">The value in it.</param>
    /// <exception cref="CdcDecodeException">The database's text cannot hold it.</exception>
    public static Cell Write(RowBuffer buffer, TargetColumn column, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        var start = buffer.ByteCount;
        switch (slot.Kind)
        {
            case AttributeKind.NULL:
                return default;
            case AttributeKind.S:
                return CellWriter.Write(buffer, column, null, image, slot);
            case AttributeKind.N:
                using (var number = new UnescapedText(image.Slice(slot.Start, slot.Length), stackalloc byte[128]))
                {
                    DynamoDbNumber.Parse(number.Utf8).TryFormat(buffer.GetSpan(DynamoDbNumber.MaxTextLength), out var length, default, CultureInfo.InvariantCulture);
                    buffer.Advance(length);
                }

                break;
            case AttributeKind.B or AttributeKind.BOOL:
                using (var text = new UnescapedText(image.Slice(slot.Start, slot.Length), stackalloc byte[256]))
                {
                    text.Utf8.CopyTo(buffer.GetSpan(text.Utf8.Length));
                    buffer.Advance(text.Utf8.Length);
                }

                break;
            default:
                new AttributeJson(image, buffer, isPlain: true).Write(slot);
                break;
        }

        var cell = buffer.TextSince(start);
        return cell.Length <= buffer.Table.Limits.MaximumTextBytes
            ? cell
            : throw new CdcDecodeException(string.Create(
                CultureInfo.InvariantCulture, $"The value of the column '{column.Attribute.ColumnName}' has {cell.Length} bytes as text, and the database takes {buffer.Table.Limits.MaximumTextBytes}. Keep these items as documents."));
    }
}
