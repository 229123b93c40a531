using TypedCdc.Kinesis.Api;

namespace TypedCdc;

/// <summary>Where a stream begins that was never read before.</summary>
public readonly record struct KinesisStart
{
    private KinesisStart(ShardPosition position) => Position = position;

    /// <summary>The oldest record that is still kept (TRIM_HORIZON). The default.</summary>
    public static KinesisStart Earliest { get; } = new(ShardPosition.TrimHorizon);

    /// <summary>What arrives from now on (LATEST).</summary>
    public static KinesisStart Latest { get; } = new(ShardPosition.Latest);

    internal ShardPosition Position { get; }

    /// <summary>What arrived at or after an instant (AT_TIMESTAMP).</summary>
    public static KinesisStart AtTimestamp(DateTimeOffset timestamp) => new(ShardPosition.AtTimestamp(timestamp));
}
