using TypedCdc.Changes;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>One change of one item, read in place over the record's bytes: no allocation at all. Lives only as long as the record does, and on the stack.</summary>
/// <typeparam name="TView">The model's view, <c>Customer.View</c>.</typeparam>
public readonly ref struct ChangeView<TView>
    where TView : struct, ICdcView<TView>, allows ref struct
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly RecordEnvelope _envelope;
    private readonly TView _before;
    private readonly TView _after;

    internal ChangeView(ReadOnlySpan<byte> record, scoped in RecordEnvelope envelope, StreamPosition position, TView before, bool hasBefore, CdcDecodeException? beforeError, TView after, bool hasAfter)
    {
        _record = record;
        _envelope = envelope;
        Position = position;
        _before = before;
        HasBefore = hasBefore;
        BeforeError = beforeError;
        _after = after;
        HasAfter = hasAfter;
    }

    /// <summary>What happened.</summary>
    public ChangeOperation Operation => _envelope.Operation;

    /// <summary>When DynamoDB made the change, in UTC with microsecond precision where the stream has it.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.UnixEpoch.AddTicks(_envelope.TimestampMicroseconds * TimeSpan.TicksPerMicrosecond);

    /// <inheritdoc cref="Change{T}.HasTimestamp"/>
    public bool HasTimestamp => !_envelope.IsTimeUnknown;

    /// <summary>The name of the DynamoDB table.</summary>
    public string TableName => _envelope.TableName;

    /// <summary>The AWS region of the table; empty where the source does not say.</summary>
    public string Region => _envelope.Region;

    /// <summary>The event's id as a new string; empty where there is none.</summary>
    public string EventId => RecordDecoder.EventIdOf(_record, _envelope).ToString();

    /// <summary>True for a removal by DynamoDB's time to live.</summary>
    public bool IsTimeToLive => _envelope.IsTimeToLive;

    /// <summary>True where a newer change of the same key was delivered before (<see cref="HandlerOptions.Deduplication"/>, which flags or drops such).</summary>
    public bool IsStale { get; internal init; }

    /// <summary>The size of the item's images in bytes, as DynamoDB counts them; 0 where the source does not say.</summary>
    public int SizeBytes => _envelope.SizeBytes;

    /// <summary>Where the record stands in its stream.</summary>
    public StreamPosition Position { get; }

    /// <summary>Whether <see cref="Before"/> can be read.</summary>
    public bool HasBefore { get; }

    /// <summary>Whether <see cref="After"/> can be read.</summary>
    public bool HasAfter { get; }

    /// <summary>Why the old image does not fit the model; null where it does, or where there is none.</summary>
    public CdcDecodeException? BeforeError { get; }

    /// <summary>The item as it was.</summary>
    /// <exception cref="ImageMissingException">There is no old image, or it does not fit the model.</exception>
    public TView Before => HasBefore ? _before : throw ImageMissingException.For("old", "OLD_IMAGE", "HasBefore", Operation, TableName, Position, BeforeError);

    /// <summary>The item as it is now.</summary>
    /// <exception cref="ImageMissingException">There is no new image.</exception>
    public TView After => HasAfter ? _after : throw ImageMissingException.For("new", "NEW_IMAGE", "HasAfter", Operation, TableName, Position, error: null);

    /// <summary>The item's key, as a view of which only the key's attributes can be read. Scans the keys.</summary>
    /// <exception cref="CdcDecodeException">The keys do not fit the model.</exception>
    public TView Keys => RecordDecoder.ViewKeys<TView>(_record, _envelope);

    /// <summary>
    /// Whether an attribute differs between the two images, by meaning: numbers by value, sets and maps whatever their order. True where one of the images is not there.
    /// </summary>
    public bool HasChanged<T>(AttributeName<T> attribute) =>
        !HasBefore || !HasAfter || !AttributeComparer.AreEqual(_record, _before.GetSlot(attribute.Ordinal), _after.GetSlot(attribute.Ordinal));
}
