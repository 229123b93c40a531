namespace TypedCdc.Sources;

/// <summary>
/// One reading of a shard by one owner, from where it begins to where it ends or is lost. It goes with every record of the reading (<see cref="CdcRecord.Lease"/>), so that a sink can fence writes of
/// an owner that has lost the shard, and can tell what it wrote before a crash from what it did not. A reading that begins anew is another object.
/// </summary>
public sealed class ShardLease
{
    private volatile Position? _checkpoint;

    /// <summary>Begins a reading.</summary>
    /// <param name="key">
    /// Names the shard among all of the application. A stream that was deleted and made again gives its shards and sequence numbers anew: the key must tell the two apart, for example by the stream's
    /// creation time.
    /// </param>
    /// <param name="token">The fencing token; null where nothing is fenced.</param>
    /// <param name="start">The durable checkpoint that the reading begins behind; null where there is none.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public ShardLease(string key, long? token, SequenceNumber? start)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Key = key;
        Token = token;
        Start = start;
        Checkpoint = start;
    }

    /// <summary>The shard's name among all that the application reads, in all times: of one stream, not of another that has got its name.</summary>
    public string Key { get; }

    /// <summary>
    /// The lease's counter when it was acquired (the <c>leaseCounter</c> of the Kinesis Client Library's table), which grows with every owner; null where one worker reads alone and nothing is fenced.
    /// For a key it must never go back, not even where the lease's row or its whole table is made anew: a sink takes the owner with the smaller token for one that has lost the shard.
    /// </summary>
    public long? Token { get; }

    /// <summary>The durable checkpoint that the reading began behind; null where there was none.</summary>
    public SequenceNumber? Start { get; }

    /// <summary>
    /// The last checkpoint that is durably stored. Set by the source, once a checkpoint's write has ended; read from any thread. A sink remembers it with its rows: a later reading that
    /// begins before it was put back on purpose, and everything is written again.
    /// </summary>
    public SequenceNumber? Checkpoint
    {
        get => _checkpoint?.SequenceNumber;
        set => _checkpoint = value is { } number ? new(number) : null; // a reference is published whole
    }

    /// <summary>The key, and the token where there is one.</summary>
    public override string ToString() => Token is { } token ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Key} (token {token})") : Key;

    private sealed record Position(SequenceNumber SequenceNumber);
}
