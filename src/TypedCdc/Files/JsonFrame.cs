using System.Text.Json;

namespace TypedCdc.Files;

/// <summary>What a JSON object at the head of some bytes is: where it ends, and which of the file shapes it belongs to.</summary>
internal readonly struct JsonFrame
{
    // An item nests at most 32 levels of DynamoDB types, two JSON levels each, inside an image inside a record inside an envelope.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    private JsonFrame(FrameKind kind, int length, byte[]? data = null, string? problem = null, bool looksLikeRecord = false, SequenceNumber carriedNumber = default)
    {
        CarriedNumber = data is null ? default : carriedNumber;
        Kind = kind;
        Length = length;
        Data = data;
        Problem = problem;
        LooksLikeRecord = looksLikeRecord;
    }

    internal FrameKind Kind { get; }

    /// <summary>The object's length; for an envelope, the length up to behind the <c>[</c> of its <c>Records</c>.</summary>
    internal int Length { get; }

    /// <summary>The change record that the object carries as base64: Lambda's Kinesis trigger (<c>kinesis.data</c>), Kinesis' own GetRecords (<c>Data</c>).</summary>
    internal byte[]? Data { get; }

    /// <summary>The sequence number beside <see cref="Data"/> (<c>kinesis.sequenceNumber</c>, <c>SequenceNumber</c>); 0 where there is none.</summary>
    internal SequenceNumber CarriedNumber { get; }

    /// <summary>Why the carried record cannot be read.</summary>
    internal string? Problem { get; }

    /// <summary>It has a property that only change records and their carriers have.</summary>
    internal bool LooksLikeRecord { get; }

    /// <summary>Looks at the object that begins with the first byte.</summary>
    internal static JsonFrame Scan(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return new(FrameKind.Incomplete, 0);
        }

        if (utf8[0] != '{')
        {
            return new(FrameKind.Broken, 0);
        }

        byte[]? data = null;
        string? problem = null;
        var looksLikeRecord = false;
        var carriedNumber = default(SequenceNumber);
        var inKinesis = false; // inside the top-level property "kinesis"
        try
        {
            var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(Options));
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.EndObject when reader.CurrentDepth == 0:
                        return new(FrameKind.Complete, (int)reader.BytesConsumed, data, problem, looksLikeRecord, carriedNumber);
                    case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                        inKinesis = reader.ValueTextEquals("kinesis"u8);
                        looksLikeRecord |= inKinesis || reader.ValueTextEquals("dynamodb"u8) || reader.ValueTextEquals("Item"u8) || reader.ValueTextEquals("Keys"u8);
                        if (reader.ValueTextEquals("Records"u8))
                        {
                            if (!reader.Read())
                            {
                                return new(FrameKind.Incomplete, 0);
                            }

                            if (reader.TokenType == JsonTokenType.StartArray)
                            {
                                return new(FrameKind.Envelope, (int)reader.BytesConsumed, looksLikeRecord: true);
                            }
                        }
                        else if (reader.ValueTextEquals("Data"u8))
                        {
                            if (!reader.Read())
                            {
                                return new(FrameKind.Incomplete, 0);
                            }

                            looksLikeRecord |= Decode(ref reader, ref data, ref problem);
                        }
                        else if (reader.ValueTextEquals("SequenceNumber"u8) && !TryReadNumber(ref reader, ref carriedNumber))
                        {
                            return new(FrameKind.Incomplete, 0);
                        }

                        break;
                    case JsonTokenType.PropertyName when inKinesis && reader.CurrentDepth == 2 && reader.ValueTextEquals("data"u8):
                        if (!reader.Read())
                        {
                            return new(FrameKind.Incomplete, 0);
                        }

                        Decode(ref reader, ref data, ref problem);
                        break;
                    case JsonTokenType.PropertyName when inKinesis && reader.CurrentDepth == 2 && reader.ValueTextEquals("sequenceNumber"u8):
                        if (!TryReadNumber(ref reader, ref carriedNumber))
                        {
                            return new(FrameKind.Incomplete, 0);
                        }

                        break;
                }
            }

            return new(FrameKind.Incomplete, 0);
        }
        catch (JsonException)
        {
            return new(FrameKind.Broken, 0);
        }
    }

    /// <summary>Reads a property's value where it is a sequence number. False where it is not there yet.</summary>
    private static bool TryReadNumber(ref Utf8JsonReader reader, ref SequenceNumber number)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.String && SequenceNumber.TryParse(reader.ValueSpan, out var read))
        {
            number = read;
        }

        return true;
    }

    private static bool Decode(ref Utf8JsonReader reader, ref byte[]? data, ref string? problem)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (!reader.TryGetBytesFromBase64(out data))
        {
            problem = "The record's data is not base64.";
        }

        return true;
    }
}

internal enum FrameKind : byte
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>A whole object.</summary>
    Complete,

    /// <summary>The beginning of an object with an array <c>Records</c>.</summary>
    Envelope,

    /// <summary>Not JSON, or not an object.</summary>
    Broken,
}
