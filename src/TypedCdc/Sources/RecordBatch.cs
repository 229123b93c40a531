using System.Buffers;

namespace TypedCdc.Sources;

/// <summary>
/// Records of one shard, in order, with their bytes in one pooled buffer. The source fills it and publishes it; the pipeline returns the buffer to the pool when every
/// subscriber is done.
/// </summary>
public sealed class RecordBatch : IDisposable
{
    private Entry[] _entries = [];      // pooled, as the bytes are: nothing is allocated a record
    private int _count;
    private Dictionary<int, string>? _targets; // by index, of records for one subscriber only
    private Dictionary<int, SequenceNumber>? _carriedNumbers; // by index, of records out of an envelope that says one
    private byte[] _buffer;
    private int _length;
    private int _reserved = -1;

    /// <summary>Begins an empty batch.</summary>
    /// <param name="shard">The shard that all records come from.</param>
    /// <param name="sizeHint">How many bytes are expected; the buffer grows when needed.</param>
    public RecordBatch(ShardId shard, int sizeHint = 64 * 1024)
    {
        Shard = shard;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, 1024));
    }

    /// <summary>The shard that all records come from.</summary>
    public ShardId Shard { get; }

    /// <summary>The table of records that name none (DynamoDB's exports); null where they do.</summary>
    public string? TableName { get; init; }

    /// <summary>The time of records that say none: when the scan or the export that they are rows of began; null where they say it.</summary>
    public DateTimeOffset? SnapshotTime { get; init; }

    /// <summary>How many records there are.</summary>
    public int Count => _count;

    /// <summary>How many bytes the records take.</summary>
    public int Bytes => _length;

    /// <summary>Copies a record in. It need not be valid: what is not a change record becomes a dead letter with these bytes.</summary>
    /// <param name="sequenceNumber">The record's position in the shard.</param>
    /// <param name="utf8">The record.</param>
    /// <param name="range">Where in its file it stands; default where that means nothing.</param>
    /// <param name="problem">Why the bytes cannot be a record, where the source knows it already: it becomes the dead letter's reason.</param>
    public void Add(SequenceNumber sequenceNumber, ReadOnlySpan<byte> utf8, ByteRange range = default, string? problem = null)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        Commit(sequenceNumber, utf8.Length, range, problem);
    }

    /// <summary>Copies a record in that is for one subscriber only: it could not take it before.</summary>
    internal void AddFor(string subscriber, SequenceNumber sequenceNumber, ReadOnlySpan<byte> utf8)
    {
        (_targets ??= []).Add(Count, subscriber);
        Add(sequenceNumber, utf8);
    }

    /// <summary>The record added last came in an envelope that gives it a sequence number of its stream; 0 for none.</summary>
    internal void SetCarriedNumber(SequenceNumber number)
    {
        if (number != default)
        {
            (_carriedNumbers ??= []).Add(Count - 1, number);
        }
    }

    /// <summary>The sequence number that the record's envelope gave it; 0 for none.</summary>
    internal SequenceNumber GetCarriedNumber(int index) => _carriedNumbers is { } numbers && numbers.TryGetValue(index, out var number) ? number : default;

    /// <summary>The subscriber that the record is for; null for all.</summary>
    internal string? GetTarget(int index) => _targets?.GetValueOrDefault(index);

    /// <summary>Room for a record that the caller writes in place (base64 decoded straight into it), to be ended with <see cref="Commit"/>.</summary>
    /// <param name="maximumLength">The most bytes that the record may take.</param>
    public Span<byte> Reserve(int maximumLength)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_buffer.Length - _length < maximumLength)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + maximumLength), checked(_buffer.Length * 2)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _reserved = maximumLength;
        return _buffer.AsSpan(_length, maximumLength);
    }

    /// <summary>Ends the record begun with <see cref="Reserve"/>.</summary>
    /// <param name="sequenceNumber">The record's position in the shard.</param>
    /// <param name="length">How many of the reserved bytes it took.</param>
    /// <param name="range">Where in its file it stands; default where that means nothing.</param>
    /// <param name="problem">Why the bytes cannot be a record, where the source knows it already.</param>
    public void Commit(SequenceNumber sequenceNumber, int length, ByteRange range = default, string? problem = null)
    {
        if (length > _reserved)
        {
            throw new InvalidOperationException($"{length} bytes were written where {_reserved} were reserved.");
        }

        if (_count == _entries.Length)
        {
            var larger = ArrayPool<Entry>.Shared.Rent(Math.Max(64, _count * 2));
            _entries.AsSpan(0, _count).CopyTo(larger);
            ReturnEntries(Interlocked.Exchange(ref _entries, larger));
        }

        _entries[_count++] = new(sequenceNumber, _length, length, range, problem);
        _length += length;
        _reserved = -1;
    }

    /// <summary>The position of a record.</summary>
    public StreamPosition GetPosition(int index) => new(Shard, At(index).SequenceNumber);

    /// <summary>The bytes of a record; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> GetUtf8(int index) => _buffer.AsMemory(At(index).Start, At(index).Length);

    /// <summary>Where in its file a record stands; default where that means nothing.</summary>
    public ByteRange GetRange(int index) => At(index).Range;

    internal string? GetProblem(int index) => At(index).Problem;

    /// <summary>Gives the buffer back. For the pipeline, or for a source that does not publish the batch.</summary>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        ReturnEntries(Interlocked.Exchange(ref _entries, []));
    }

    private ref readonly Entry At(int index) => ref _entries.AsSpan(0, _count)[index];

    // Cleared: a long sequence number and a problem are references.
    private static void ReturnEntries(Entry[] entries)
    {
        if (entries.Length > 0)
        {
            ArrayPool<Entry>.Shared.Return(entries, clearArray: true);
        }
    }

    private readonly record struct Entry(SequenceNumber SequenceNumber, int Start, int Length, ByteRange Range, string? Problem);
}
