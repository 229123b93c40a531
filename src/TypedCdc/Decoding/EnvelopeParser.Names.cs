using System.Text;

namespace TypedCdc.Decoding;

// Which property a name is, and that each comes once.
internal ref partial struct EnvelopeParser
{
    private JsonSlice TakeNameSlice()
    {
        var name = _json.TakeString();
        _json.Expect((byte)':');
        return name;
    }

    private Property TakeName(bool nested)
    {
        var name = TakeNameSlice();
        Property property;
        if (name.HasEscapes)
        {
            using var text = new UnescapedText(name.Of(_record), stackalloc byte[256]);
            property = nested ? DynamoDbPropertyOf(text.Utf8) : PropertyOf(text.Utf8);
        }
        else
        {
            property = nested ? DynamoDbPropertyOf(name.Of(_record)) : PropertyOf(name.Of(_record));
        }

        if (property == Property.Unknown)
        {
            _unknown.Note(name);
        }
        else
        {
            SetOnce(property, nested, name);
        }

        return property;
    }

    private void SetOnce(Property property, bool nested, in JsonSlice name)
    {
        var bit = BitOf(property, nested);
        if ((_seen & bit) != 0)
        {
            Malformed.Throw(name.Start, "A property of the record occurs twice.");
        }

        _seen |= bit;
    }

    private static Property PropertyOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when Same(name, "Item"u8) => Property.Item,
        4 when Same(name, "Keys"u8) => Property.Keys,
        7 when Same(name, "eventID"u8) => Property.EventId,
        8 when Same(name, "dynamodb"u8) => Property.DynamoDb,
        8 when Same(name, "NewImage"u8) => Property.NewImage,
        8 when Same(name, "OldImage"u8) => Property.OldImage,
        8 when Same(name, "Metadata"u8) => Property.Metadata,
        9 when Same(name, "eventName"u8) => Property.EventName,
        9 when Same(name, "tableName"u8) => Property.TableName,
        9 when Same(name, "awsRegion"u8) => Property.AwsRegion,
        12 when Same(name, "userIdentity"u8) => Property.UserIdentity,
        14 when Same(name, "eventSourceARN"u8) => Property.EventSourceArn,
        _ => Property.Unknown,
    };

    private static Property DynamoDbPropertyOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when Same(name, "Keys"u8) => Property.Keys,
        8 when Same(name, "NewImage"u8) => Property.NewImage,
        8 when Same(name, "OldImage"u8) => Property.OldImage,
        9 when Same(name, "SizeBytes"u8) => Property.SizeBytes,
        14 when Same(name, "SequenceNumber"u8) => Property.SequenceNumber,
        27 when Same(name, "ApproximateCreationDateTime"u8) => Property.Time,
        36 when Same(name, "ApproximateCreationDateTimePrecision"u8) => Property.Precision,
        _ => Property.Unknown,
    };

    private static bool Same(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);

    private readonly bool Has(Property property, bool nested = false) => (_seen & BitOf(property, nested)) != 0;

    private static ulong BitOf(Property property, bool nested) => 1UL << ((int)property + (nested ? 32 : 0));
}
