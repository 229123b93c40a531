using System.Text;
using System.Text.Unicode;
using TypedCdc.Changes;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// Reads the envelope of a record of any shape: properties in any order, names in any case (Lambda's events and DynamoDB's own differ there), unknown ones passed
/// after their JSON has been checked. A property that occurs twice is an error, and so is anything behind the record. A byte order mark is no JSON: sources strip
/// it from their files.
/// </summary>
internal ref partial struct EnvelopeParser
{
    private readonly ReadOnlySpan<byte> _record;
    private JsonScanner _json;
    private DuplicateNames _unknown;
    private ulong _seen; // one bit a known property; those within dynamodb in the upper half

    private bool _isNamed; // the record itself says which table it comes from
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
    internal static RecordEnvelope Parse(ReadOnlySpan<byte> record, CdcRecordOptions? options, string? defaultTableName) => Parse(record, options, defaultTableName, out _);

    /// <summary>Parses a record, and says what a template of its envelope must leave open.</summary>
    internal static RecordEnvelope Parse(ReadOnlySpan<byte> record, CdcRecordOptions? options, string? defaultTableName, out EnvelopeLayout layout)
    {
        if (!Utf8.IsValid(record))
        {
            Malformed.Throw(FirstInvalid(record), "The record is not UTF-8.");
        }

        var parser = new EnvelopeParser(record, stackalloc ulong[16]);
        try
        {
            var envelope = parser.ParseRecord(options, defaultTableName);
            layout = parser.Layout();
            return envelope;
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

    private JsonSlice TakeText() => _json.TryTakeLiteral("null"u8) ? default : _json.TakeString();

    private JsonSlice TakeNumberOrText() => _json.Peek() is (byte)'"' or (byte)'n' ? TakeText() : _json.TakeNumber();

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
