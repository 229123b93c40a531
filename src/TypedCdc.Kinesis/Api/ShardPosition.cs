using System.Globalization;

namespace TypedCdc.Kinesis.Api;

/// <summary>Where in a shard reading begins (ShardIteratorType of GetShardIterator).</summary>
public readonly record struct ShardPosition
{
    private ShardPosition(ShardPositionKind kind, SequenceNumber sequenceNumber = default, DateTimeOffset timestamp = default)
    {
        Kind = kind;
        SequenceNumber = sequenceNumber;
        Timestamp = timestamp;
    }

    /// <summary>The oldest record that is still kept.</summary>
    public static ShardPosition TrimHorizon { get; } = new(ShardPositionKind.TrimHorizon);

    /// <summary>Behind the newest record.</summary>
    public static ShardPosition Latest { get; } = new(ShardPositionKind.Latest);

    /// <summary>Which of the five.</summary>
    public ShardPositionKind Kind { get; }

    /// <summary>The record to begin at or after; only for these two kinds.</summary>
    public SequenceNumber SequenceNumber { get; }

    /// <summary>The arrival time to begin at; only for <see cref="ShardPositionKind.AtTimestamp"/>.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The first record that arrived at or after an instant.</summary>
    public static ShardPosition AtTimestamp(DateTimeOffset timestamp) => new(ShardPositionKind.AtTimestamp, timestamp: timestamp);

    /// <summary>A record itself.</summary>
    public static ShardPosition At(SequenceNumber sequenceNumber) => new(ShardPositionKind.AtSequenceNumber, sequenceNumber);

    /// <summary>The record behind another.</summary>
    public static ShardPosition After(SequenceNumber sequenceNumber) => new(ShardPositionKind.AfterSequenceNumber, sequenceNumber);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ShardPositionKind.AtTimestamp => string.Create(CultureInfo.InvariantCulture, $"AT_TIMESTAMP {Timestamp:O}"),
        ShardPositionKind.AtSequenceNumber => $"AT_SEQUENCE_NUMBER {SequenceNumber}",
        ShardPositionKind.AfterSequenceNumber => $"AFTER_SEQUENCE_NUMBER {SequenceNumber}",
        ShardPositionKind.Latest => "LATEST",
        _ => "TRIM_HORIZON",
    };
}

/// <summary>The five ways to say where in a shard reading begins.</summary>
public enum ShardPositionKind
{
    /// <summary>TRIM_HORIZON.</summary>
    TrimHorizon,

    /// <summary>LATEST.</summary>
    Latest,

    /// <summary>AT_TIMESTAMP.</summary>
    AtTimestamp,

    /// <summary>AT_SEQUENCE_NUMBER.</summary>
    AtSequenceNumber,

    /// <summary>AFTER_SEQUENCE_NUMBER.</summary>
    AfterSequenceNumber,
}
