using System.ComponentModel;
using TypedCdc.Changes;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>
/// One typed change of one item. Match on the sealed types <see cref="Inserted{T}"/>, <see cref="Modified{T}"/>,
/// <see cref="Removed{T}"/> and <see cref="Snapshot{T}"/>.
/// </summary>
/// <typeparam name="T">The model.</typeparam>
public abstract class Change<T>
{
    private readonly ChangeHeader _header;
    private readonly AttributeMask _changed;
    private readonly object? _key;

    private protected Change(in ChangeHeader header, in AttributeMask changed, object? key)
    {
        _header = header;
        _changed = changed;
        _key = key;
    }

    internal ref readonly ChangeHeader Header => ref _header;

    internal ref readonly AttributeMask Changed => ref _changed;

    internal object? KeyWithoutImages => _key;

    /// <summary>What happened.</summary>
    public abstract ChangeOperation Operation { get; }

    /// <summary>When DynamoDB made the change, in UTC with microsecond precision where the stream has it. Approximate: see the wire contract.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.UnixEpoch.AddTicks(_header.TimestampMicroseconds * 10);

    /// <summary>
    /// Whether the time of the change is known. Where the record does not contain it, <see cref="Timestamp"/> is 1970-01-01; <see cref="Position"/> still orders the
    /// changes of an item.
    /// </summary>
    public bool HasTimestamp => !_header.IsTimeUnknown;

    /// <summary>The name of the DynamoDB table.</summary>
    public string TableName => _header.TableName;

    /// <summary>The event's id as the source gave it; empty for a snapshot.</summary>
    public string EventId => _header.EventId.ToString();

    /// <summary>The AWS region of the table; empty where the source does not say.</summary>
    public string Region => _header.Region;

    /// <summary>Who made the change; null unless DynamoDB says so.</summary>
    public UserIdentity? UserIdentity => _header.UserIdentity;

    /// <summary>True for a removal by DynamoDB's time to live.</summary>
    public bool IsTimeToLive => _header.IsTimeToLive;

    /// <summary>The size of the item's images in bytes, as DynamoDB counts them; 0 where the source does not say.</summary>
    public int SizeBytes => _header.SizeBytes;

    /// <summary>Where the record stands in its stream.</summary>
    public StreamPosition Position => _header.Position;

    /// <summary>
    /// True where the handler has already taken a newer change of this item. Known only to handlers with <see cref="HandlerOptions.Deduplication"/>, and only within its window.
    /// </summary>
    public bool IsStale { get; internal set; }

    /// <summary>Whether <c>Before</c> can be read.</summary>
    public abstract bool HasBefore { get; }

    /// <summary>Whether <c>After</c> can be read.</summary>
    public abstract bool HasAfter { get; }

    /// <summary>Why the old image could not be decoded into the model; null where it could, or where there is none.</summary>
    public virtual CdcDecodeException? BeforeError => null;

    /// <summary>
    /// Whether an attribute differs between the two images, by meaning: numbers by value, sets and maps whatever their order.
    /// True where one of the images is not there.
    /// </summary>
    public bool HasChanged(AttributeName<T> attribute) => _changed[attribute.Ordinal];

    /// <summary>The mapped attributes that differ between the two images, in the model's order.</summary>
    public ChangedAttributes<T> Changes => new(_changed, CdcModel.Get<T>().Schema);

    /// <summary>For generated code: the model's key where neither image is there to read it from.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TKey GetKeyWithoutImages<TKey>()
        where TKey : struct
        => _key is TKey key ? key : throw new InvalidOperationException("This change carries its key in an image.");
}
