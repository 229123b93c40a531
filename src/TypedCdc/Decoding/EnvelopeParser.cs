using System.Text;
using System.Text.Unicode;

namespace TypedCdc.Decoding;

/// <summary>
/// Reads the envelope of a record of any shape: properties in any order, names in any case (Lambda's events and DynamoDB's own differ there), unknown ones passed
/// after their JSON has been checked. A property that occurs twice is an error, and so is anything behind the record. A byte order mark is no JSON: sources strip
/// it from their files.
/// </summary>
internal ref struct EnvelopeParser
{
    private readonly ReadOnlySpan<byte> _record;
    private JsonScanner _json;
    private DuplicateNames _unknown;
    private ulong _seen; // one bit a known property; those within dynamodb in the upper half

    private JsonSlice _eventName;
    private JsonSlice _tableName;
    private JsonSlice _region;
    private JsonSlice _sourceArn;
    private JsonSlice _time;
    private JsonSlice _precision;
    private JsonSlice _sizeBytes;

    // The exports' properties: unknown ones, and so of any form, in a record that has dynamodb.
    private JsonSlice _item;
    private JsonSlice _metadata;
    private JsonSlice _exportKeys;
    private JsonSlice _exportNewImage;
    private JsonSlice _exportOldImage;
    private RecordEnvelope _envelope;

    private enum Property
    {
        Unknown,
        EventName,
        EventId,
        TableName,
        AwsRegion,
        EventSourceArn,
        UserIdentity,
        DynamoDb,
        Item,
        Metadata,
        Time,
        Precision,
        Keys,
        NewImage,
        OldImage,
        SizeBytes,
        SequenceNumber,
        UserType,
        UserPrincipal,
    }

    private EnvelopeParser(ReadOnlySpan<byte> record, Span<ulong> scratch)
    {
        _record = record;
        _json = new(record, 0);
        _unknown = new(record, scratch);
    }

    /// <summary>Parses a record; every byte of it is JSON and UTF-8 afterwards.</summary>
    /// <param name="record">The record.</param>
    /// <param name="options">What stands in for what the record does not say.</param>
    /// <param name="defaultTableName">The table where neither the record nor the options name one; null makes that an error.</param>
    internal static RecordEnvelope Parse(ReadOnlySpan<byte> record, CdcRecordOptions? options, string? defaultTableName)
    {
        if (!Utf8.IsValid(record))
        {
            Malformed.Throw(FirstInvalid(record), "The record is not UTF-8.");
        }

        var parser = new EnvelopeParser(record, stackalloc ulong[16]);
        try
        {
            return parser.ParseRecord(options, defaultTableName);
        }
        finally
        {
            parser._unknown.Dispose();
        }
    }

    private RecordEnvelope ParseRecord(CdcRecordOptions? options, string? defaultTableName)
    {
        _json.Expect((byte)'{');
        if (!_json.TryTake((byte)'}'))
        {
            var begin = _unknown.Begin();
            do
            {
                TakeTopLevelProperty();
            }
            while (_json.TakeCommaOrEnd((byte)'}'));

            _unknown.End(begin);
        }

        _json.Peek();
        if (!_json.IsAtEnd)
        {
            Malformed.Throw(_json.Position, "Something follows the record.");
        }

        SetOperation();
        SetTable(options, defaultTableName);
        SetTime(options);
        SetSize();
        return _envelope;
    }

    private void TakeTopLevelProperty()
    {
        switch (TakeName(nested: false))
        {
            case Property.EventName:
                _eventName = TakeText();
                break;
            case Property.EventId:
                _envelope.EventId = TakeText();
                break;
            case Property.TableName:
                _tableName = TakeText();
                break;
            case Property.AwsRegion:
                _region = TakeText();
                break;
            case Property.EventSourceArn:
                _sourceArn = TakeText();
                break;
            case Property.UserIdentity:
                TakeUserIdentity();
                break;
            case Property.DynamoDb:
                TakeDynamoDb();
                break;
            case Property.Item:
                _item = _json.SkipValue(1);
                break;
            case Property.Metadata:
                _metadata = _json.SkipValue(1);
                break;
            case Property.Keys:
                _exportKeys = _json.SkipValue(1);
                break;
            case Property.NewImage:
                _exportNewImage = _json.SkipValue(1);
                break;
            case Property.OldImage:
                _exportOldImage = _json.SkipValue(1);
                break;
            default:
                _json.SkipValue(1);
                break;
        }
    }

    private void TakeDynamoDb()
    {
        _json.Expect((byte)'{');
        if (_json.TryTake((byte)'}'))
        {
            return;
        }

        var begin = _unknown.Begin();
        do
        {
            switch (TakeName(nested: true))
            {
                case Property.Time:
                    _time = TakeNumberOrText();
                    break;
                case Property.Precision:
                    _precision = TakeText();
                    break;
                case Property.Keys:
                    _envelope.Keys = ImageOf(_json.SkipValue(2));
                    break;
                case Property.NewImage:
                    _envelope.NewImage = ImageOf(_json.SkipValue(2));
                    break;
                case Property.OldImage:
                    _envelope.OldImage = ImageOf(_json.SkipValue(2));
                    break;
                case Property.SizeBytes:
                    _sizeBytes = TakeNumberOrText();
                    break;
                case Property.SequenceNumber:
                    _envelope.SequenceNumber = TakeText();
                    break;
                default:
                    _json.SkipValue(2);
                    break;
            }
        }
        while (_json.TakeCommaOrEnd((byte)'}'));

        _unknown.End(begin);
    }

    private void TakeUserIdentity()
    {
        if (_json.TryTakeLiteral("null"u8))
        {
            return;
        }

        _json.Expect((byte)'{');
        if (_json.TryTake((byte)'}'))
        {
            return;
        }

        var begin = _unknown.Begin();
        do
        {
            var name = TakeNameSlice();
            if (Is(name, "type"u8))
            {
                SetOnce(Property.UserType, nested: true, name);
                _envelope.UserType = TakeText();
            }
            else if (Is(name, "principalId"u8))
            {
                SetOnce(Property.UserPrincipal, nested: true, name);
                _envelope.UserPrincipal = TakeText();
            }
            else
            {
                _unknown.Note(name);
                _json.SkipValue(2);
            }
        }
        while (_json.TakeCommaOrEnd((byte)'}'));

        _unknown.End(begin);
    }

    /// <summary>The head of an incremental export: <c>{"WriteTimestampMicros":{"N":"…"}}</c>, or the number or its text alone.</summary>
    private void TakeMetadata()
    {
        _json.Position = _metadata.Start;
        _json.Expect((byte)'{');
        if (_json.TryTake((byte)'}'))
        {
            return;
        }

        var begin = _unknown.Begin();
        do
        {
            var name = TakeNameSlice();
            if (!Is(name, "WriteTimestampMicros"u8))
            {
                _unknown.Note(name);
                _json.SkipValue(2);
                continue;
            }

            SetOnce(Property.Time, nested: true, name);
            if (_json.Peek() == '{')
            {
                var slot = AttributeScanner.ScanValue(_record, _json.Position, out var end);
                if (slot.Kind != AttributeKind.N)
                {
                    Malformed.Throw(_json.Position, "WriteTimestampMicros is not a number.");
                }

                _json.Position = end;
                _time = new(slot.Start, slot.Length, slot.IsPlain, HasEscapes: !slot.IsPlain);
            }
            else
            {
                _time = TakeNumberOrText();
            }
        }
        while (_json.TakeCommaOrEnd((byte)'}'));

        _unknown.End(begin);
    }

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

    private readonly bool Is(in JsonSlice slice, ReadOnlySpan<byte> known)
    {
        if (!slice.HasEscapes)
        {
            return Same(slice.Of(_record), known);
        }

        using var text = new UnescapedText(slice.Of(_record), stackalloc byte[256]);
        return Same(text.Utf8, known);
    }

    private JsonSlice TakeText() => _json.TryTakeLiteral("null"u8) ? default : _json.TakeString();

    private JsonSlice TakeNumberOrText() => _json.Peek() is (byte)'"' or (byte)'n' ? TakeText() : _json.TakeNumber();

    /// <summary>A map where the value is one, nothing where it is null or not there.</summary>
    private readonly JsonSlice ImageOf(in JsonSlice value)
    {
        if (value.Length == 0 || _record[value.Start] == 'n')
        {
            return default;
        }

        if (_record[value.Start] != '{')
        {
            Malformed.Throw(value.Start, "An image is not a JSON object.");
        }

        return value;
    }

    private readonly bool Has(Property property, bool nested = false) => (_seen & BitOf(property, nested)) != 0;

    private static ulong BitOf(Property property, bool nested) => 1UL << ((int)property + (nested ? 32 : 0));

    private void SetOperation()
    {
        if (Has(Property.DynamoDb))
        {
            _envelope.Operation = Is(_eventName, "INSERT"u8) ? ChangeOperation.Insert
                : Is(_eventName, "MODIFY"u8) ? ChangeOperation.Modify
                : Is(_eventName, "REMOVE"u8) ? ChangeOperation.Remove
                : throw Malformed.At(_eventName.Start, "The record's eventName is none of INSERT, MODIFY, REMOVE.");
            _envelope.IsTimeToLive = _envelope.Operation == ChangeOperation.Remove
                && Is(_envelope.UserType, "Service"u8) && Is(_envelope.UserPrincipal, "dynamodb.amazonaws.com"u8);
        }
        else if (Has(Property.Item))
        {
            _envelope.Operation = ChangeOperation.Snapshot;
            _envelope.NewImage = ImageOf(_item);
            if (_envelope.NewImage.Length == 0)
            {
                Malformed.Throw(_item.Start, "The exported item is null.");
            }

            return;
        }
        else if (Has(Property.Metadata))
        {
            TakeMetadata();
            _envelope.Keys = ImageOf(_exportKeys);
            _envelope.NewImage = ImageOf(_exportNewImage);
            _envelope.OldImage = ImageOf(_exportOldImage);

            // An incremental export says what happened only by the images it holds. One of new images alone does not tell an insert from a modification.
            _envelope.Operation = _envelope.NewImage.Length == 0 ? ChangeOperation.Remove
                : _envelope.OldImage.Length == 0 ? ChangeOperation.Insert
                : ChangeOperation.Modify;
        }
        else
        {
            Malformed.Throw(0, "Not a DynamoDB change record: it has neither dynamodb, Item nor Metadata.");
        }

        if (_envelope.Keys.Length == 0)
        {
            Malformed.Throw(0, "The record has no Keys.");
        }
    }

    private void SetTable(CdcRecordOptions? options, string? defaultTableName)
    {
        var table = InternedNames.Get(_record, _tableName);
        var region = InternedNames.Get(_record, _region);
        if (_sourceArn.Length > 0 && (table.Length == 0 || region.Length == 0))
        {
            // arn:aws:dynamodb:us-east-1:123456789012:table/ExampleTable/stream/2015-06-27T00:48:05.899
            using var text = new UnescapedText(_sourceArn.Of(_record), stackalloc byte[256]);
            var arn = text.Utf8;
            Span<Range> parts = stackalloc Range[6];
            if (arn.StartsWith("arn:"u8) && arn.Count((byte)':') >= 5)
            {
                var count = Split(arn, parts);
                var resource = arn[parts[count - 1]];
                if (resource.StartsWith("table/"u8))
                {
                    resource = resource["table/"u8.Length..];
                    var end = resource.IndexOf((byte)'/');
                    table = table.Length > 0 ? table : InternedNames.Get(end < 0 ? resource : resource[..end]);
                    region = region.Length > 0 ? region : InternedNames.Get(arn[parts[3]]);
                }
            }
        }

        _envelope.Region = region;
        _envelope.TableName = table.Length > 0 ? table
            : options?.TableName ?? defaultTableName
            ?? throw Malformed.At(0, "The record does not say which table it comes from, and its source has no TableName set.");

        static int Split(ReadOnlySpan<byte> arn, Span<Range> parts)
        {
            var start = 0;
            for (var i = 0; i < parts.Length - 1; i++)
            {
                var length = arn[start..].IndexOf((byte)':');
                parts[i] = start..(start + length);
                start += length + 1;
            }

            parts[^1] = start..arn.Length;
            return parts.Length;
        }
    }

    private void SetTime(CdcRecordOptions? options)
    {
        var micros = -1L;
        if (_time.Length > 0)
        {
            var unit = Has(Property.Metadata) && !Has(Property.DynamoDb) ? TimeUnit.Microseconds
                : _precision.Length == 0 ? TimeUnit.Unknown
                : Is(_precision, "MICROSECOND"u8) ? TimeUnit.Microseconds
                : Is(_precision, "MILLISECOND"u8) ? TimeUnit.Milliseconds
                : throw Malformed.At(_precision.Start, "The record's ApproximateCreationDateTimePrecision is neither MICROSECOND nor MILLISECOND.");
            using var text = new UnescapedText(_time.Of(_record), _time.HasEscapes ? stackalloc byte[256] : default);
            if (!EventTime.TryRead(text.Utf8, unit, out micros))
            {
                Malformed.Throw(_time.Start, "The record's time is not a point in time.");
            }
        }
        else if (options?.Timestamp is { } timestamp)
        {
            micros = (timestamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        }
        else if (_envelope.Operation != ChangeOperation.Snapshot)
        {
            Malformed.Throw(0, "The record does not say when the change was made.");
        }

        _envelope.TimestampMicroseconds = Math.Max(micros, 0);
    }

    private void SetSize()
    {
        if (_sizeBytes.Length > 0
            && (!DynamoDbNumber.TryParse(_sizeBytes.Of(_record), out var size) || !size.TryGetInteger(out _envelope.SizeBytes) || _envelope.SizeBytes < 0))
        {
            Malformed.Throw(_sizeBytes.Start, "The record's SizeBytes is not a size.");
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> record)
    {
        var offset = 0;
        while (offset < record.Length && Rune.DecodeFromUtf8(record[offset..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            offset += length;
        }

        return offset;
    }
}
