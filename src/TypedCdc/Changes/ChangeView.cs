using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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

    /// <summary>Of a record whose images are in their slots.</summary>
    internal ChangeView(
        ReadOnlySpan<byte> record, scoped in RecordEnvelope envelope, bool hasBefore, scoped ReadOnlySpan<AttributeSlot> before, bool hasAfter, scoped ReadOnlySpan<AttributeSlot> after)
    {
        _record = record;
        _envelope = envelope;
        HasBefore = hasBefore;
        HasAfter = hasAfter;
        if (hasBefore)
        {
            _before = TView.Create(record, envelope.OldImage.Start, before);
        }

        if (hasAfter)
        {
            _after = TView.Create(record, envelope.NewImage.Start, after);
        }
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
    [UnscopedRef]
    public ref readonly TView Before
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (!HasBefore)
            {
                ThrowMissing("old", "OLD_IMAGE", "HasBefore", BeforeError);
            }

            return ref _before;
        }
    }

    /// <summary>The item as it is now.</summary>
    /// <exception cref="ImageMissingException">There is no new image.</exception>
    [UnscopedRef]
    public ref readonly TView After
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (!HasAfter)
            {
                ThrowMissing("new", "NEW_IMAGE", "HasAfter", error: null);
            }

            return ref _after;
        }
    }

    /// <summary>The item's key, as a view of which only the key's attributes can be read. Scans the keys.</summary>
    /// <exception cref="CdcDecodeException">The keys do not fit the model.</exception>
    public TView Keys => RecordDecoder.ViewKeys<TView>(_record, _envelope);

    /// <summary>
    /// Whether an attribute differs between the two images, by meaning: numbers by value, sets and maps whatever their order. True where one of the images is not there.
    /// </summary>
    public bool HasChanged<T>(AttributeName<T> attribute) =>
        !HasBefore || !HasAfter || !AttributeComparer.AreEqual(_record, _before.GetSlot(attribute.Ordinal), _after.GetSlot(attribute.Ordinal));

    [DoesNotReturn]
    private void ThrowMissing(string image, string viewType, string property, CdcDecodeException? error) =>
        throw ImageMissingException.For(image, viewType, property, Operation, TableName, Position, error);
}
