using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Aggregation;
using TypedCdc.Sources;

namespace TypedCdc.Lambda.Functions;

/// <summary>
/// Reads the event of a Kinesis or DynamoDB trigger (AWS Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis Data Streams" and "… from DynamoDB Streams"),
/// the array that EventBridge Pipes passes to a Lambda target, and the object that an on-failure destination keeps of either.
/// Property names are taken in any case and in any order. Whether a record is a change record is the pipeline's to say; what has no sequence number is no trigger's event at all.
/// </summary>
internal ref struct TriggerEventReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 }; // an item may nest 32 levels, each two of JSON

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly TriggerEvent _event;
    private Utf8JsonReader _json;

    // The shard of the record before, and how its ARN and shard id were written: one shard's records come together.
    private TriggerShard? _shard;
    private Range _shardArn;
    private Range _shardName;

    private TriggerEventReader(ReadOnlyMemory<byte> utf8, TriggerEvent result)
    {
        _memory = utf8;
        _utf8 = utf8.Span;
        _event = result;
        _json = new(_utf8, Options);
    }

    /// <exception cref="InvalidDataException">Not an event of one of the two triggers.</exception>
    internal static TriggerEvent Read(ReadOnlyMemory<byte> utf8)
    {
        var result = new TriggerEvent();
        try
        {
            new TriggerEventReader(utf8, result).Read();
            return result;
        }
        catch (JsonException exception)
        {
            result.Dispose();
            throw new InvalidDataException("The event is not JSON.", exception);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private void Read()
    {
        if (_json.Read() && _json.TokenType == JsonTokenType.StartArray)
        {
            // EventBridge Pipes passes the records without an object around them.
            ReadElements();
            _json.Read(); // throws where something follows
            return;
        }

        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw NoTrigger("it is neither a JSON object nor an array");
        }

        ReadEvent();
    }

    private void ReadEvent()
    {
        var hasRecords = false;
        var hasWindow = false;
        Range payload = default;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (IsName("Records"u8))
            {
                hasRecords = true;
                ReadRecords();
            }
            else if (IsName("window"u8))
            {
                hasWindow = !IsNull(SkipValue());
            }
            else if (IsName("state"u8))
            {
                _event.State = _memory[SkipValue()];
            }
            else if (IsName("payload"u8) || IsName("requestPayload"u8))
            {
                payload = SkipValue();
            }
            else
            {
                SkipValue();
            }
        }

        _json.Read(); // throws where something follows
        if (!hasRecords && !payload.Equals(default))
        {
            ReadPayload(payload);
            return;
        }

        if (!hasRecords)
        {
            throw NoTrigger("it has no Records");
        }

        if (!hasWindow)
        {
            _event.State = default;
        }
        else if (_event.State.IsEmpty || _event.State.Span.SequenceEqual("null"u8))
        {
            _event.State = "{}"u8.ToArray();
        }
    }

    private void ReadRecords()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw NoTrigger("its Records are not an array");
        }

        ReadElements();
    }

    /// <summary>The event that an on-failure destination keeps: JSON in a string for a stream's batch, an object for an asynchronous invocation.</summary>
    private readonly void ReadPayload(Range payload)
    {
        var inner = _utf8[payload] is [(byte)'"', ..] ? Encoding.UTF8.GetBytes(Text(payload)) : _memory[payload];
        new TriggerEventReader(inner, _event).Read();
    }

    private void ReadElements()
    {
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                throw NoTrigger("an element of its Records is not an object");
            }

            ReadRecord((int)_json.TokenStartIndex);
        }
    }

    private void ReadRecord(int start)
    {
        Range arn = default, eventId = default, data = default, kinesisNumber = default, streamsNumber = default, viewType = default;
        Range pipesNumber = default, pipesData = default; // EventBridge Pipes has what Lambda's trigger puts into "kinesis" beside the other properties
        var isKinesis = false;
        var isStreams = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (IsName("eventSourceARN"u8))
            {
                arn = SkipValue();
            }
            else if (IsName("eventID"u8))
            {
                eventId = SkipValue();
            }
            else if (IsName("sequenceNumber"u8))
            {
                pipesNumber = SkipValue();
            }
            else if (IsName("data"u8))
            {
                pipesData = SkipValue();
            }
            else if (IsName("kinesis"u8))
            {
                isKinesis = EnterObject();
                while (isKinesis && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
                {
                    _ = IsName("data"u8) ? data = SkipValue()
                        : IsName("sequenceNumber"u8) ? kinesisNumber = SkipValue()
                        : SkipValue();
                }
            }
            else if (IsName("dynamodb"u8))
            {
                isStreams = EnterObject();
                while (isStreams && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
                {
                    _ = IsName("SequenceNumber"u8) ? streamsNumber = SkipValue()
                        : IsName("StreamViewType"u8) ? viewType = SkipValue()
                        : SkipValue();
                }
            }
            else
            {
                SkipValue();
            }
        }

        if (isKinesis)
        {
            AddKinesisRecord(arn, eventId, kinesisNumber, data);
        }
        else if (isStreams)
        {
            AddStreamsRecord(arn, streamsNumber, viewType, start..(int)_json.BytesConsumed);
        }
        else if (!pipesNumber.Equals(default) && !pipesData.Equals(default))
        {
            AddKinesisRecord(arn, eventId, pipesNumber, pipesData);
        }
        else
        {
            throw NoTrigger("an element of its Records is neither of Kinesis nor of DynamoDB");
        }
    }

    private void AddKinesisRecord(Range arn, Range eventId, Range number, Range data)
    {
        // eventID is shardId:sequenceNumber.
        var id = Inside(eventId);
        var colon = _utf8[id].LastIndexOf((byte)':');
        if (colon <= 0)
        {
            throw NoTrigger("the eventID of a Kinesis record does not name its shard");
        }

        var shard = Shard(arn, id.Start..(id.Start.Value + colon));
        var sequenceNumber = SequenceNumberOf(number);
        AddData(shard.Batch, sequenceNumber, data);
        shard.End(Inside(number));
    }

    /// <summary>Decodes the record straight into the batch.</summary>
    private readonly void AddData(RecordBatch batch, SequenceNumber sequenceNumber, Range quoted)
    {
        var raw = _utf8[quoted];
        if (raw is not [(byte)'"', .., (byte)'"'])
        {
            batch.Add(sequenceNumber, raw, problem: "Not a change record: kinesis.data is not a JSON string.");
            return;
        }

        byte[]? unescaped = null;
        var base64 = raw[1..^1];
        if (base64.Contains((byte)'\\'))
        {
            // A slash may be written as \/.
            unescaped = ArrayPool<byte>.Shared.Rent(base64.Length);
            var reader = new Utf8JsonReader(raw);
            reader.Read();
            base64 = unescaped.AsSpan(0, reader.CopyString(unescaped));
        }

        try
        {
            var target = batch.Reserve(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
            if (Base64.DecodeFromUtf8(base64, target, out _, out var written) != OperationStatus.Done)
            {
                batch.Add(sequenceNumber, base64, problem: "Not a change record: kinesis.data is not base64.");
            }
            else if (AggregatedRecord.IsAggregated(target[..written]))
            {
                AggregatedRecord.Add(batch, sequenceNumber, written);
            }
            else
            {
                batch.Commit(sequenceNumber, written);
            }
        }
        finally
        {
            if (unescaped is not null)
            {
                ArrayPool<byte>.Shared.Return(unescaped);
            }
        }
    }

    private void AddStreamsRecord(Range arn, Range number, Range viewType, Range record)
    {
        var shard = Shard(arn, default);
        shard.Batch.Add(SequenceNumberOf(number), _utf8[record]);
        shard.End(Inside(number));
        _event.ViewType ??= _utf8[viewType] switch
        {
            var text when text.SequenceEqual("\"NEW_AND_OLD_IMAGES\""u8) => Images.Both,
            var text when text.SequenceEqual("\"NEW_IMAGE\""u8) => Images.After,
            var text when text.SequenceEqual("\"OLD_IMAGE\""u8) => Images.Before,
            var text when text.SequenceEqual("\"KEYS_ONLY\""u8) => Images.None,
            _ => null,
        };
    }

    private TriggerShard Shard(Range arn, Range name)
    {
        if (_shard is not null && _utf8[arn].SequenceEqual(_utf8[_shardArn]) && _utf8[name].SequenceEqual(_utf8[_shardName]))
        {
            return _shard;
        }

        var id = new ShardId(StreamName(Text(arn)), _utf8[name].IsEmpty ? "(trigger)" : Encoding.UTF8.GetString(_utf8[name]));
        _shard = _event.Shards.Find(shard => shard.Id == id);
        if (_shard is null)
        {
            _event.Shards.Add(_shard = new(id, _memory, _utf8.Length));
        }

        (_shardArn, _shardName) = (arn, name);
        return _shard;
    }

    /// <summary>
    /// The stream's name: <c>arn:aws:kinesis:…:stream/NAME</c>, with <c>/consumer/…</c> behind it for enhanced fan-out; <c>arn:aws:dynamodb:…:table/TABLE/stream/LABEL</c> without what
    /// is before <c>TABLE</c>.
    /// </summary>
    private static string StreamName(string arn)
    {
        var resource = arn[(arn.LastIndexOf(":stream/", StringComparison.Ordinal) + 1)..];
        if (resource.Length < arn.Length && resource.StartsWith("stream/", StringComparison.Ordinal))
        {
            return resource.Split('/')[1];
        }

        var table = arn.IndexOf(":table/", StringComparison.Ordinal);
        return table < 0 ? arn : arn[(table + ":table/".Length)..];
    }

    private readonly SequenceNumber SequenceNumberOf(Range quoted) => SequenceNumber.TryParse(_utf8[Inside(quoted)], out var number)
        ? number
        : throw NoTrigger("a record has no sequence number, so it could not be asked for again");

    /// <summary>A string without its quotes; nothing where it is no string.</summary>
    private readonly Range Inside(Range quoted) => _utf8[quoted] is [(byte)'"', .., (byte)'"'] ? (quoted.Start.Value + 1)..(quoted.End.Value - 1) : default;

    private readonly string Text(Range quoted)
    {
        if (_utf8[quoted] is not [(byte)'"', .., (byte)'"'])
        {
            return "";
        }

        var reader = new Utf8JsonReader(_utf8[quoted]);
        reader.Read();
        return reader.GetString()!;
    }

    private readonly bool IsNull(Range value) => _utf8[value].SequenceEqual("null"u8);

    private readonly bool IsName(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(_json.ValueSpan, name);

    /// <summary>Goes into the object that is the property's value. Where it is none, it is passed over, and the reader stands behind it.</summary>
    private bool EnterObject()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        _json.Skip();
        return false;
    }

    /// <summary>Passes over a property's value.</summary>
    private Range SkipValue()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        return start..(int)_json.BytesConsumed;
    }

    private static InvalidDataException NoTrigger(string why) =>
        new($"The event is not one of a Kinesis or DynamoDB trigger: {why}. Nothing of it was delivered.");
}
