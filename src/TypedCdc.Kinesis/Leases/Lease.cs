using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>One row of the lease table: which worker reads a shard, and how far it was read. The attributes are those of the Kinesis Client Library, and four of our own that it ignores and keeps.</summary>
/// <param name="Key">The <c>leaseKey</c>: the shard's id.</param>
public sealed record Lease(string Key)
{
    /// <summary><c>leaseOwner</c>: the worker; null where nobody owns the lease.</summary>
    public string? Owner { get; init; }

    /// <summary><c>leaseCounter</c>: grows with every write of an owner. A lease whose counter stands still has expired.</summary>
    public long Counter { get; init; }

    /// <summary><c>checkpoint</c>.</summary>
    public LeaseCheckpoint Checkpoint { get; init; } = LeaseCheckpoint.TrimHorizon;

    /// <summary><c>checkpointSubSequenceNumber</c>: the record within a KPL aggregate that another consumer read last.</summary>
    public long CheckpointSubSequenceNumber { get; init; }

    /// <summary><c>ownerSwitchesSinceCheckpoint</c>.</summary>
    public long OwnerSwitches { get; init; }

    /// <summary><c>checkpointOwner</c>: during a hand-off of a KCL 3 fleet, the present owner; else null.</summary>
    public string? CheckpointOwner { get; init; }

    /// <summary><c>parentShardId</c>: none, one or two.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary><c>childShardIds</c>: written when the shard is at its end.</summary>
    public IReadOnlyList<string> Children { get; init; } = [];

    /// <summary><c>startingHashKey</c> and <c>endingHashKey</c>; null where they are not stored.</summary>
    public HashKeyRange? HashKeys { get; init; }

    /// <summary>Our own: the checkpoint that this library stored last, behind which all of its record is done. Another consumer's checkpoint may be within an aggregated record.</summary>
    public SequenceNumber? OwnCheckpoint { get; init; }

    /// <summary>Our own: every record that arrived before this instant is behind <see cref="OwnCheckpoint"/>.</summary>
    public DateTimeOffset? CompleteUntil { get; init; }

    /// <summary>Our own: when the stream was created. A stream that was deleted and created again has another time, and its checkpoints no longer apply.</summary>
    public DateTimeOffset? StreamCreatedAt { get; init; }

    /// <summary>Our own: when the lease was created at LATEST. Reading starts there after a crash too, so that nothing in between is left out.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Whether everything up to <see cref="Checkpoint"/> is done, aggregated records included.</summary>
    internal bool IsCheckpointOwn => Checkpoint.Kind == LeaseCheckpointKind.Number && OwnCheckpoint == Checkpoint.Number && CheckpointSubSequenceNumber == 0;
}
