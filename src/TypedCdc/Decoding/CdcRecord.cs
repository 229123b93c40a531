using System.ComponentModel;
using TypedCdc.Changes;
using TypedCdc.Decoding;
using TypedCdc.Sources;

namespace TypedCdc;

/// <summary>
/// One change record: its bytes, where it stands, and its envelope, parsed once. Every shape of the wire contract becomes this: Kinesis Data Streams for
/// DynamoDB, DynamoDB Streams, the elements of Lambda's <c>Records[]</c>, DynamoDB's exports.
/// </summary>
/// <remarks>The bytes belong to the source: a sink may read them until its write has ended, and copies what it keeps.</remarks>
public readonly partial struct CdcRecord
{
    private readonly RecordEnvelope _envelope;
    private readonly bool _enableSensitiveData;
    private readonly object? _carriedNumber; // a SequenceNumber; boxed, because nearly no record has one and every record would be larger by it

    private CdcRecord(ReadOnlyMemory<byte> utf8, StreamPosition position, in RecordEnvelope envelope, bool enableSensitiveData, ShardLease? lease = null, ulong laneHash = 0, object? carriedNumber = null)
    {
        _carriedNumber = carriedNumber;
        Lease = lease;
        LaneHash = laneHash;
        Utf8 = utf8;
        Position = position;
        _envelope = envelope;
        _enableSensitiveData = enableSensitiveData;
    }

    /// <summary>Parses the envelope. The images are checked for structure only; their values are checked when a model reads them.</summary>
    /// <param name="utf8">The record, UTF-8 JSON.</param>
    /// <param name="position">Where it stands in its stream.</param>
    /// <param name="options">What the source knows that the record does not say; null for none.</param>
    /// <exception cref="CdcDecodeException">Not a change record.</exception>
    public static CdcRecord Parse(ReadOnlyMemory<byte> utf8, StreamPosition position = default, CdcRecordOptions? options = null)
    {
        try
        {
            return new(utf8, position, RecordDecoder.ParseEnvelope(utf8.Span, options, defaultTableName: null), options?.EnableSensitiveData ?? false);
        }
        catch (CdcDecodeException exception)
        {
            exception.Position = position;
            throw;
        }
    }

    /// <summary>The whole record.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Where the record stands in its stream.</summary>
    public StreamPosition Position { get; }

    /// <summary>
    /// The reading that the record came with: its token fences a sink's writes, and a sink that has written every record of a lane between two positions may leave out those that come again. Null where
    /// the position does not say that: records that were redriven, transformed or share a position, snapshots, files, Lambda; and wherever a record before this one is not settled yet.
    /// </summary>
    public ShardLease? Lease { get; }

    /// <summary>The key's hash (<see cref="GetKeyHash()"/>); known where there is a <see cref="Lease"/>.</summary>
    internal ulong LaneHash { get; }

    /// <summary>What happened.</summary>
    public ChangeOperation Operation => _envelope.Operation;

    /// <summary>The DynamoDB table (one string object a table).</summary>
    public string TableName => _envelope.TableName;

    /// <summary>The AWS region of the table; empty where the record does not say.</summary>
    public string Region => _envelope.Region;

    /// <summary>When the change was made, in microseconds since 1970-01-01T00:00:00Z, whatever unit the source wrote.</summary>
    public long TimestampMicroseconds => _envelope.TimestampMicroseconds;

    /// <summary>
    /// Whether the time of the change is known. Where it is not, <see cref="TimestampMicroseconds"/> is 0, and only <see cref="SequenceNumber"/> or
    /// <see cref="Position"/> orders the change among others.
    /// </summary>
    public bool HasTimestamp => !_envelope.IsTimeUnknown;

    /// <summary>The event's id; empty where the source gives none.</summary>
    public string EventId => RecordDecoder.EventIdOf(Utf8.Span, _envelope).ToString();

    /// <summary>Who made the change, where DynamoDB says so; null otherwise.</summary>
    public UserIdentity? UserIdentity => RecordDecoder.UserIdentityOf(Utf8.Span, _envelope);

    /// <summary>True for a removal by DynamoDB's time to live.</summary>
    public bool IsTimeToLive => _envelope.IsTimeToLive;

    /// <summary>The size of the item's images in bytes, as DynamoDB counts them; 0 where the record does not say.</summary>
    public int SizeBytes => _envelope.SizeBytes;

    /// <summary>
    /// The sequence number that the record itself carries (DynamoDB Streams), or that stood beside it in what carried it (a Lambda event of a Kinesis trigger in a file); 0 where there is none, as on Kinesis.
    /// </summary>
    public SequenceNumber SequenceNumber => SequenceNumber.TryParse(_envelope.SequenceNumber.Of(Utf8.Span), out var number) ? number
        : _carriedNumber is SequenceNumber carried ? carried
        : default;

    /// <summary>The <c>Keys</c> map, <c>{"userid":{"N":"8"}}</c>; empty where the shape has none (full exports): then the keys are in the new image.</summary>
    public ReadOnlyMemory<byte> Keys => Utf8.Slice(_envelope.Keys.Start, _envelope.Keys.Length);

    /// <summary>The <c>NewImage</c> map; empty where there is none.</summary>
    public ReadOnlyMemory<byte> NewImage => Utf8.Slice(_envelope.NewImage.Start, _envelope.NewImage.Length);

    /// <summary>The <c>OldImage</c> map; empty where there is none.</summary>
    public ReadOnlyMemory<byte> OldImage => Utf8.Slice(_envelope.OldImage.Start, _envelope.OldImage.Length);

    /// <summary>Decodes one change record of any shape, without a host. Does not check the table's name; a record that has none is taken to be of the model's own table.</summary>
    /// <param name="utf8">An element of <c>Records[]</c>, not the envelope around it.</param>
    /// <exception cref="CdcDecodeException">The record is malformed or does not fit the model.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public static Change<T> Decode<[CdcModelType] T>(ReadOnlySpan<byte> utf8)
    {
        return RecordDecoder.Decode(CdcModel.Get<T>(), utf8, Images.Both);
    }

    /// <summary>Decodes this record.</summary>
    /// <param name="images">Which images to decode; others are checked for structure only and are not there in the change. A snapshot's is always decoded.</param>
    /// <exception cref="CdcDecodeException">The record does not fit the model.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public Change<T> Decode<[CdcModelType] T>(Images images = Images.Both) =>
        RecordDecoder.Decode(CdcModel.Get<T>(), Utf8.Span, _envelope, Position, images, _enableSensitiveData);

    /// <summary>One change record of any shape in place, without a host and without an allocation. Does not check the table's name.</summary>
    /// <typeparam name="TView">The model's view: <c>Customer.View</c>.</typeparam>
    /// <param name="utf8">An element of <c>Records[]</c>, not the envelope around it.</param>
    /// <param name="images">Which images to read; the others are checked for structure only and are missing from the change. A snapshot's is always read.</param>
    /// <exception cref="CdcDecodeException">The record is malformed or does not fit the model.</exception>
    public static ChangeView<TView> View<TView>(ReadOnlySpan<byte> utf8, Images images = Images.Both)
        where TView : struct, ICdcView<TView>, allows ref struct
        => RecordDecoder.View<TView>(utf8, images);

    /// <summary>This record in place.</summary>
    /// <typeparam name="TView">The model's view: <c>Customer.View</c>.</typeparam>
    /// <param name="images">Which images to look at; others are not there in the change.</param>
    /// <exception cref="CdcDecodeException">The record does not fit the model.</exception>
    public ChangeView<TView> View<TView>(Images images = Images.Both)
        where TView : struct, ICdcView<TView>, allows ref struct
        => RecordDecoder.View<TView>(Utf8.Span, _envelope, Position, images, _enableSensitiveData);

    /// <summary>The item's key in place: a view of which only the key's attributes can be read.</summary>
    /// <exception cref="CdcDecodeException">The keys do not fit the model.</exception>
    internal TView ViewKeys<TView>()
        where TView : struct, ICdcView<TView>, allows ref struct
        => RecordDecoder.ViewKeys<TView>(Utf8.Span, _envelope);

    /// <summary>The event's id, without a string.</summary>
    internal EventId EventIdValue => RecordDecoder.EventIdOf(Utf8.Span, _envelope);

    /// <summary>Scans the new image for a model's attributes, for those who read it in place.</summary>
    /// <param name="model">The model.</param>
    /// <param name="slots">Room for one slot an attribute of the model, on the caller's stack; the reader looks into it.</param>
    /// <returns>The attributes by ordinal.</returns>
    /// <exception cref="CdcDecodeException">The image does not fit the model.</exception>
    /// <exception cref="InvalidOperationException">The record has no new image.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ItemReader ScanNewImage(CdcModel model, Span<AttributeSlot> slots) => Scan(model, _envelope.NewImage, slots, isKeys: false);

    /// <summary>Scans the old image; see <see cref="ScanNewImage"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ItemReader ScanOldImage(CdcModel model, Span<AttributeSlot> slots) => Scan(model, _envelope.OldImage, slots, isKeys: false);

    /// <summary>
    /// Scans the <c>Keys</c> map; see <see cref="ScanNewImage"/>. Only the key attributes are there in the reader. A full export has no such map: its keys
    /// are read from the new image.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ItemReader ScanKeys(CdcModel model, Span<AttributeSlot> slots) =>
        _envelope.Keys.Length > 0 ? Scan(model, _envelope.Keys, slots, isKeys: true) : Scan(model, _envelope.NewImage, slots, isKeys: true);

    private ItemReader Scan(CdcModel model, scoped in JsonSlice map, Span<AttributeSlot> slots, bool isKeys)
    {
        if (map.Length == 0)
        {
            throw new InvalidOperationException("The record does not have this image.");
        }

        try
        {
            return RecordDecoder.Scan(model, Utf8.Span, map, slots, isKeys);
        }
        catch (CdcDecodeException exception)
        {
            throw Explain(exception);
        }
    }

    /// <summary>The same record of a reading; of none for null.</summary>
    internal CdcRecord With(ShardLease? lease, ulong laneHash) => new(Utf8, Position, _envelope, _enableSensitiveData, lease, laneHash, _carriedNumber);

    /// <summary>The same record with the sequence number that stood beside it; 0 for none.</summary>
    internal CdcRecord WithCarriedNumber(SequenceNumber number) => new(Utf8, Position, _envelope, _enableSensitiveData, Lease, LaneHash, number == default ? null : number);

    /// <summary>Completes an error that a value of this record gave to one who read it in place: table, key, image, path, position.</summary>
    /// <returns>The same exception.</returns>
    internal CdcDecodeException Explain(CdcDecodeException exception)
    {
        DecodeErrorContext.Complete(exception, Utf8.Span, _envelope, Position, _enableSensitiveData);
        return exception;
    }

    /// <summary>
    /// A stable hash of the item's key as it stands in <c>Keys</c>, in the order of the names: equal keys give equal hashes in every process and
    /// whatever the order and spelling (escapes, <c>1.0</c> and <c>1</c>) in the record.
    /// </summary>
    /// <exception cref="CdcDecodeException">The keys are malformed.</exception>
    /// <remarks>A full export does not say which attributes are the key: without a model all its items have the hash 0.</remarks>
    public ulong GetKeyHash() => _envelope.Keys.Length > 0 ? HashOf(_envelope.Keys, model: null) : 0;

    /// <summary>The same hash, for any shape: where the record has no <c>Keys</c>, the model says which attributes of the new image they are.</summary>
    /// <exception cref="CdcDecodeException">The keys are malformed or absent.</exception>
    public ulong GetKeyHash(CdcModel model) => _envelope.Keys.Length > 0 ? HashOf(_envelope.Keys, model: null) : HashOf(_envelope.NewImage, model);

    private ulong HashOf(in JsonSlice map, CdcModel? model)
    {
        try
        {
            return KeyHash.Of(Utf8.Span, map, model);
        }
        catch (CdcDecodeException exception)
        {
            throw Explain(exception);
        }
    }
}
