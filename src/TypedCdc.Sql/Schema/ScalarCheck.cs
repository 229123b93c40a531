using System.Numerics;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>
/// Refuses what the model's member cannot hold although the column could, by the readers that the model itself is read with: a row is written of what a handler would
/// get, and of nothing else. The one exception is decimal: every column of it holds DynamoDB's 38 digits exactly, so none of them is a reason to lose the row.
/// </summary>
internal static class ScalarCheck
{
    /// <summary>Whether the column takes more than the member.</summary>
    public static bool IsNeeded(AttributeSchema attribute) => attribute.Scalar != ScalarType.Any && (attribute.IsCollection || attribute.Scalar
        is ScalarType.Char or ScalarType.Uri or ScalarType.EnumName or ScalarType.SByte or ScalarType.Byte or ScalarType.UInt16 or ScalarType.UInt32 or ScalarType.UInt64
        or ScalarType.Int128 or ScalarType.UInt128 or ScalarType.BigInteger);

    /// <summary>Throws where the member, or an element of it, does not hold a value.</summary>
    /// <exception cref="CdcDecodeException">It does not.</exception>
    public static void Check(AttributeSchema attribute, AttributeValueReader value)
    {
        if (!attribute.IsCollection)
        {
            CheckScalar(attribute, value);
        }
        else if (value.Kind == AttributeKind.M)
        {
            foreach (var entry in value.EnumerateMap())
            {
                CheckElement(attribute, entry.Value);
            }
        }
        else
        {
            foreach (var element in value.EnumerateElements())
            {
                CheckElement(attribute, element);
            }
        }
    }

    private static void CheckElement(AttributeSchema attribute, AttributeValueReader element)
    {
        if (!attribute.IsElementNullable || !element.IsNull)
        {
            CheckScalar(attribute, element);
        }
    }

    private static void CheckScalar(AttributeSchema attribute, AttributeValueReader value)
    {
        switch (attribute.Scalar)
        {
            case ScalarType.String:
                Require(value, AttributeKind.S);
                break;
            case ScalarType.Char:
                value.GetChar();
                break;
            case ScalarType.Uri:
                value.GetUri();
                break;
            case ScalarType.EnumName:
                CheckName(attribute.Enum, value);
                break;
            case ScalarType.Boolean:
                Require(value, AttributeKind.BOOL);
                break;
            case ScalarType.Binary:
                Require(value, AttributeKind.B);
                break;
            case ScalarType.Guid:
                value.GetGuid();
                break;
            case ScalarType.Timestamp when attribute.Encoding == AttributeEncoding.UnixSeconds:
                value.GetUnixSeconds();
                break;
            case ScalarType.Timestamp when attribute.Encoding == AttributeEncoding.UnixMilliseconds:
                value.GetUnixMilliseconds();
                break;
            case ScalarType.Timestamp:
                value.GetDateTimeOffset();
                break;
            case ScalarType.Date:
                value.GetDateOnly();
                break;
            case ScalarType.Time:
                value.GetTimeOnly();
                break;
            case ScalarType.Interval:
                value.GetTimeSpan();
                break;
            default:
                CheckNumber(attribute.Scalar, value);
                break;
        }
    }

    private static void CheckNumber(ScalarType type, AttributeValueReader value)
    {
        switch (type)
        {
            case ScalarType.SByte:
                value.GetInteger<sbyte>();
                break;
            case ScalarType.Byte:
                value.GetInteger<byte>();
                break;
            case ScalarType.Int16:
                value.GetInteger<short>();
                break;
            case ScalarType.UInt16:
                value.GetInteger<ushort>();
                break;
            case ScalarType.Int32:
                value.GetInteger<int>();
                break;
            case ScalarType.UInt32:
                value.GetInteger<uint>();
                break;
            case ScalarType.Int64:
                value.GetInteger<long>();
                break;
            case ScalarType.UInt64:
                value.GetInteger<ulong>();
                break;
            case ScalarType.Int128:
                value.GetInteger<Int128>();
                break;
            case ScalarType.UInt128:
                value.GetInteger<UInt128>();
                break;
            case ScalarType.BigInteger:
                value.GetInteger<BigInteger>();
                break;
            case ScalarType.Half:
                value.GetHalf();
                break;
            case ScalarType.Single:
                value.GetSingle();
                break;
            case ScalarType.Double:
                value.GetDouble();
                break;
            case ScalarType.Decimal or ScalarType.Number:
                Require(value, AttributeKind.N);
                break;
        }
    }

    private static void CheckName(EnumSchema? names, AttributeValueReader value)
    {
        Require(value, AttributeKind.S);
        if (names is null)
        {
            return;
        }

        Span<char> characters = stackalloc char[256];
        var isName = false;
        if (value.Raw.Length <= characters.Length)
        {
            using var text = new UnescapedText(value.Raw, stackalloc byte[256]);
            isName = names.IsName(characters[..Encoding.UTF8.GetChars(text.Utf8, characters)]);
        }

        if (!isName)
        {
            throw value.Error("The text is not the name of a member of the enum.");
        }
    }

    private static void Require(AttributeValueReader value, AttributeKind kind)
    {
        if (value.Kind != kind)
        {
            throw value.Error($"The value is of the kind {value.Kind}.");
        }
    }
}
