using System.Text;
using System.Text.Json;

namespace TypedCdc.Files;

/// <summary>What a JSON object at the head of some bytes is: where it ends, and which of the file shapes it belongs to.</summary>
internal readonly struct JsonFrame
{
    // An item nests at most 32 levels of DynamoDB types, two JSON levels each, inside an image inside a record inside an envelope.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    private JsonFrame(FrameKind kind, int length, in Carried carried = default, bool looksLikeRecord = false)
    {
        var (data, problem, carriedNumber, payload) = (carried.Data, carried.Problem, carried.Number, carried.Payload);
        Payload = payload;
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

    /// <summary>The event that the object of a Lambda destination keeps: <c>payload</c> of a stream's batch, <c>requestPayload</c> of an asynchronous invocation.</summary>
    internal byte[]? Payload { get; }

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

        var carried = default(Carried);
        var looksLikeRecord = false;
        var inKinesis = false; // inside the top-level property "kinesis"
        try
        {
            var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(Options));
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.EndObject when reader.CurrentDepth == 0:
                        return new(FrameKind.Complete, (int)reader.BytesConsumed, carried.Completed(), looksLikeRecord);
                    case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                        inKinesis = reader.ValueTextEquals("kinesis"u8);
                        looksLikeRecord |= inKinesis || reader.ValueTextEquals("dynamodb"u8) || reader.ValueTextEquals("Item"u8) || reader.ValueTextEquals("Keys"u8);
                        if (reader.ValueTextEquals("Records"u8) || (!looksLikeRecord && reader.ValueTextEquals("Items"u8)))
                        {
                            var kind = reader.ValueTextEquals("Records"u8) ? FrameKind.Envelope : FrameKind.Items;
                            if (!reader.Read())
                            {
                                return new(FrameKind.Incomplete, 0);
                            }

                            if (reader.TokenType == JsonTokenType.StartArray)
                            {
                                return new(kind, (int)reader.BytesConsumed, looksLikeRecord: true);
                            }
                        }
                        else if (IsOfCarrier(ref reader))
                        {
                            if (!TryReadCarried(ref reader, utf8, ref carried))
                            {
                                return new(FrameKind.Incomplete, 0);
                            }

                            looksLikeRecord |= carried.IsDestination || carried.IsBatch || carried.IsPipes;
                        }
                        else if (reader.ValueTextEquals("Data"u8))
                        {
                            if (!reader.Read())
                            {
                                return new(FrameKind.Incomplete, 0);
                            }

                            looksLikeRecord |= Decode(ref reader, ref carried.Data, ref carried.Problem);
                        }
                        else if (reader.ValueTextEquals("SequenceNumber"u8) && !TryReadNumber(ref reader, ref carried.Number))
                        {
                            return new(FrameKind.Incomplete, 0);
                        }

                        break;
                    case JsonTokenType.PropertyName when inKinesis && reader.CurrentDepth == 2 && reader.ValueTextEquals("data"u8):
                        if (!reader.Read())
                        {
                            return new(FrameKind.Incomplete, 0);
                        }

                        Decode(ref reader, ref carried.Data, ref carried.Problem);
                        break;
                    case JsonTokenType.PropertyName when inKinesis && reader.CurrentDepth == 2 && reader.ValueTextEquals("sequenceNumber"u8):
                        if (!TryReadNumber(ref reader, ref carried.Number))
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

    /// <summary>Properties of what EventBridge Pipes makes of a Kinesis record, and of what Lambda's destinations keep of an event.</summary>
    private static bool IsOfCarrier(ref Utf8JsonReader reader) => reader.ValueTextEquals("kinesisSchemaVersion"u8) || reader.ValueTextEquals("data"u8)
        || reader.ValueTextEquals("sequenceNumber"u8) || reader.ValueTextEquals("requestContext"u8) || reader.ValueTextEquals("payload"u8)
        || reader.ValueTextEquals("requestPayload"u8) || reader.ValueTextEquals("DDBStreamBatchInfo"u8) || reader.ValueTextEquals("KinesisBatchInfo"u8);

    /// <summary>Reads the value of such a property. False where it is not there yet.</summary>
    private static bool TryReadCarried(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, ref Carried carried)
    {
        if (reader.ValueTextEquals("sequenceNumber"u8))
        {
            return TryReadNumber(ref reader, ref carried.PipesNumber);
        }

        var isPayload = reader.ValueTextEquals("payload"u8) || reader.ValueTextEquals("requestPayload"u8);
        carried.IsPipes |= reader.ValueTextEquals("kinesisSchemaVersion"u8);
        carried.IsDestination |= reader.ValueTextEquals("requestContext"u8);
        carried.IsBatch |= reader.ValueTextEquals("DDBStreamBatchInfo"u8) || reader.ValueTextEquals("KinesisBatchInfo"u8);
        var isData = reader.ValueTextEquals("data"u8);
        if (!reader.Read())
        {
            return false;
        }

        if (isData)
        {
            Decode(ref reader, ref carried.PipesData, ref carried.PipesProblem);
        }

        var start = (int)reader.TokenStartIndex;
        if (isPayload && reader.TokenType == JsonTokenType.String)
        {
            carried.Payload = Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        else if (!reader.TrySkip())
        {
            return false;
        }
        else if (isPayload)
        {
            carried.Payload = utf8[start..(int)reader.BytesConsumed].ToArray();
        }

        return true;
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

    /// <summary>What an object carries instead of being a record itself.</summary>
    private struct Carried
    {
        internal byte[]? Data;
        internal string? Problem;
        internal SequenceNumber Number;
        internal byte[]? Payload;
        internal byte[]? PipesData;
        internal string? PipesProblem;
        internal SequenceNumber PipesNumber;
        internal bool IsPipes;
        internal bool IsDestination; // of a Lambda function
        internal bool IsBatch;       // of a stream

        /// <summary>What counts, now that all properties are known: <c>data</c> and <c>payload</c> alone may be anybody's.</summary>
        internal readonly Carried Completed() => this with
        {
            Data = IsPipes ? PipesData : Data,
            Problem = IsPipes ? PipesProblem
                : IsBatch && Payload is null
                    ? "Lambda's failure record does not contain the records: an SQS or SNS destination leaves them out. Read them from the stream, or use an S3 destination."
                : Problem,
            Number = IsPipes ? PipesNumber : Number,
            Payload = IsDestination || IsBatch ? Payload : null,
        };
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

    /// <summary>The beginning of an object with an array <c>Items</c>: what a scan or a query answers.</summary>
    Items,

    /// <summary>Not JSON, or not an object.</summary>
    Broken,
}
