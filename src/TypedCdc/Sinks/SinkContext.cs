using Microsoft.Extensions.Logging;
using TypedCdc.Sinks;

namespace TypedCdc;

/// <summary>What a sink is given when it starts.</summary>
public sealed class SinkContext
{
    /// <summary>The application's name: the key of checkpoints and watermarks. The default is the host's application name.</summary>
    public required string Application { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Where the sink says what it does.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Whether errors may show attribute values and keys.</summary>
    public bool EnableSensitiveData { get; init; }

    /// <summary>
    /// How many lanes the sink's records come in: the remainder of <see cref="CdcRecord.GetKeyHash()"/> by it is a record's lane, and within one the records of a shard come in its order. 1 where the sink's
    /// writes run one by one. The default value is 64.
    /// </summary>
    public int Lanes { get; init; } = Delivery.LanePolicy.LaneCount;

    /// <summary>Resolves the models that the records of a table belong to, with names rebound at run time.</summary>
    public required ITableRouter Tables { get; init; }
}
