using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

// What the properties say together: the operation, the table, the time and the size of the change.
internal ref partial struct EnvelopeParser
{
    private readonly EnvelopeLayout Layout() => new()
    {
        IsComplete = _isNamed && _time.Length > 0 && Has(Property.DynamoDb),
        HasNewImage = Has(Property.NewImage, nested: true),
        HasOldImage = Has(Property.OldImage, nested: true),
        EventName = _eventName,
        Time = _time,
        SizeBytes = _sizeBytes,
        Unit = UnitOfTime(),
        IsTimeToLiveIdentity = IsTimeToLiveIdentity(),
    };

    private readonly bool IsTimeToLiveIdentity() => Is(_envelope.UserType, "Service"u8) && Is(_envelope.UserPrincipal, "dynamodb.amazonaws.com"u8);

    private readonly TimeUnit UnitOfTime() =>
        Has(Property.Metadata) && !Has(Property.DynamoDb) ? TimeUnit.Microseconds
        : _precision.Length == 0 ? TimeUnit.Unknown
        : Is(_precision, "MICROSECOND"u8) ? TimeUnit.Microseconds
        : Is(_precision, "MILLISECOND"u8) ? TimeUnit.Milliseconds
        : throw Malformed.At(_precision.Start, "The record's ApproximateCreationDateTimePrecision is neither MICROSECOND nor MILLISECOND.");

    private readonly bool Is(in JsonSlice slice, ReadOnlySpan<byte> known)
    {
        if (!slice.HasEscapes)
        {
            return Same(slice.Of(_record), known);
        }

        using var text = new UnescapedText(slice.Of(_record), stackalloc byte[256]);
        return Same(text.Utf8, known);
    }

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

    private void SetOperation()
    {
        if (Has(Property.DynamoDb))
        {
            _envelope.Operation = Is(_eventName, "INSERT"u8) ? ChangeOperation.Insert
                : Is(_eventName, "MODIFY"u8) ? ChangeOperation.Modify
                : Is(_eventName, "REMOVE"u8) ? ChangeOperation.Remove
                : throw Malformed.At(_eventName.Start, "The record's eventName is none of INSERT, MODIFY, REMOVE.");
            _envelope.IsTimeToLive = _envelope.Operation == ChangeOperation.Remove && IsTimeToLiveIdentity();
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

        _isNamed = table.Length > 0;
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
            var unit = UnitOfTime();
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
        else if (_envelope.Operation != ChangeOperation.Snapshot && !Has(Property.DynamoDb))
        {
            Malformed.Throw(0, "The record of an incremental export has no WriteTimestampMicros.");
        }

        // DynamoDB Streams documents the time as optional, and sample events leave it out: the sequence number orders such changes.
        _envelope.IsTimeUnknown = micros < 0;
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
}
