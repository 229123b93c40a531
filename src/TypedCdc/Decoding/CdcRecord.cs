namespace TypedCdc;

/// <summary>
/// One change record: its bytes, where it stands, and its envelope, parsed once. Every shape of the wire contract becomes this: Kinesis Data Streams for
/// DynamoDB, DynamoDB Streams, the elements of Lambda's <c>Records[]</c>, DynamoDB's exports.
/// </summary>
/// <remarks>The bytes belong to the source: a sink may read them until its write has ended, and copies what it keeps.</remarks>
public readonly partial struct CdcRecord
{
    /// <summary>Parses the envelope. The images are checked for structure only; their values are checked when a model reads them.</summary>
    /// <param name="utf8">The record, UTF-8 JSON.</param>
    /// <param name="position">Where it stands in its stream.</param>
    /// <param name="options">What the source knows that the record does not say; null for none.</param>
    /// <exception cref="CdcDecodeException">Not a change record.</exception>
    public static CdcRecord Parse(ReadOnlyMemory<byte> utf8, StreamPosition position = default, CdcRecordOptions? options = null) => throw new NotSupportedException();

    /// <summary>The whole record.</summary>
    public ReadOnlyMemory<byte> Utf8 => throw new NotSupportedException();

    /// <summary>Where the record stands in its stream.</summary>
    public StreamPosition Position => throw new NotSupportedException();

    /// <summary>What happened.</summary>
    public ChangeOperation Operation => throw new NotSupportedException();

    /// <summary>The DynamoDB table (one string object a table).</summary>
    public string TableName => throw new NotSupportedException();

    /// <summary>When the change was made, in microseconds since 1970-01-01T00:00:00Z, whatever unit the source wrote.</summary>
    public long TimestampMicroseconds => throw new NotSupportedException();

    /// <summary>The event's id; empty where the source gives none.</summary>
    public string EventId => throw new NotSupportedException();

    /// <summary>The <c>Keys</c> map, <c>{"userid":{"N":"8"}}</c>; empty where the shape has none (full exports): then the keys are in the new image.</summary>
    public ReadOnlyMemory<byte> Keys => throw new NotSupportedException();

    /// <summary>The <c>NewImage</c> map; empty where there is none.</summary>
    public ReadOnlyMemory<byte> NewImage => throw new NotSupportedException();

    /// <summary>The <c>OldImage</c> map; empty where there is none.</summary>
    public ReadOnlyMemory<byte> OldImage => throw new NotSupportedException();

    /// <summary>Decodes one change record of any shape, without a host. Does not check the table's name.</summary>
    /// <param name="utf8">An element of <c>Records[]</c>, not the envelope around it.</param>
    /// <exception cref="CdcDecodeException">The record is malformed or does not fit the model.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public static Change<T> Decode<T>(ReadOnlySpan<byte> utf8) => throw new NotSupportedException();

    /// <summary>Decodes this record.</summary>
    /// <param name="images">Which images to decode; others are checked for structure only and are not there in the change.</param>
    /// <exception cref="CdcDecodeException">The record does not fit the model.</exception>
    public Change<T> Decode<T>(Images images = Images.Both) => throw new NotSupportedException();

    /// <summary>
    /// A stable hash of the item's key as it stands in <c>Keys</c>, in the order of the names: equal keys give equal hashes in every process and
    /// whatever the order and spelling (escapes, <c>1.0</c> and <c>1</c>) in the record.
    /// </summary>
    public ulong GetKeyHash() => throw new NotSupportedException();
}
