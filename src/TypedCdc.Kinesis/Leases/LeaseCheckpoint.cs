using System.Globalization;
using System.Runtime.InteropServices;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>
/// A checkpoint as the Kinesis Client Library stores it: a sequence number, or one of four words. They are ordered: AT_TIMESTAMP, TRIM_HORIZON, LATEST, the numbers, SHARD_END.
/// </summary>
/// <param name="Kind">The word, or that it is a number.</param>
/// <param name="Number">The sequence number; 0 for a word.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LeaseCheckpoint(LeaseCheckpointKind Kind, SequenceNumber Number) : IComparable<LeaseCheckpoint>
{
    /// <summary>From a configured time.</summary>
    public static LeaseCheckpoint AtTimestamp { get; } = new(LeaseCheckpointKind.AtTimestamp, default);

    /// <summary>From the oldest record.</summary>
    public static LeaseCheckpoint TrimHorizon { get; } = new(LeaseCheckpointKind.TrimHorizon, default);

    /// <summary>From the newest record.</summary>
    public static LeaseCheckpoint Latest { get; } = new(LeaseCheckpointKind.Latest, default);

    /// <summary>The shard was read to its end.</summary>
    public static LeaseCheckpoint ShardEnd { get; } = new(LeaseCheckpointKind.ShardEnd, default);

    /// <summary>Whether the shard was read to its end.</summary>
    public bool IsEnd => Kind == LeaseCheckpointKind.ShardEnd;

    /// <summary>Whether a record of the shard was read.</summary>
    public bool HasBegun => Kind >= LeaseCheckpointKind.Number;

    /// <summary>After a record.</summary>
    public static LeaseCheckpoint After(SequenceNumber number) => new(LeaseCheckpointKind.Number, number);

    /// <summary>Reads the stored text.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static LeaseCheckpoint Parse(string text) => text switch
    {
        "AT_TIMESTAMP" => AtTimestamp,
        "TRIM_HORIZON" => TrimHorizon,
        "LATEST" => Latest,
        "SHARD_END" => ShardEnd,
        _ => After(SequenceNumber.Parse(text)),
    };

    /// <inheritdoc/>
    public int CompareTo(LeaseCheckpoint other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Number.CompareTo(other.Number);

    /// <summary>The text to store.</summary>
    public override string ToString() => Kind switch
    {
        LeaseCheckpointKind.AtTimestamp => "AT_TIMESTAMP",
        LeaseCheckpointKind.TrimHorizon => "TRIM_HORIZON",
        LeaseCheckpointKind.Latest => "LATEST",
        LeaseCheckpointKind.ShardEnd => "SHARD_END",
        _ => Number.ToString(null, CultureInfo.InvariantCulture),
    };
}

/// <summary>What a <see cref="LeaseCheckpoint"/> is, in its order.</summary>
public enum LeaseCheckpointKind
{
    /// <summary>AT_TIMESTAMP.</summary>
    AtTimestamp,

    /// <summary>TRIM_HORIZON.</summary>
    TrimHorizon,

    /// <summary>LATEST.</summary>
    Latest,

    /// <summary>A sequence number.</summary>
    Number,

    /// <summary>SHARD_END.</summary>
    ShardEnd,
}
