using Microsoft.Extensions.Logging;

namespace TypedCdc.Sources;

/// <summary>What the pipeline gives a source.</summary>
public interface ISourceContext
{
    /// <summary>The application's name, part of every checkpoint's key.</summary>
    string Application { get; }

    /// <summary>The clock; never another one.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Loggers.</summary>
    ILoggerFactory LoggerFactory { get; }

    /// <summary>Which images some handler or sink needs; a source whose view type cannot give them refuses to start.</summary>
    Images RequiredImages { get; }

    /// <summary>The monitor of a source: what the source reports there shows in the log, the health check, the statistics and the metrics.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="system">The messaging system, by OpenTelemetry's conventions: <c>aws.kinesis</c>.</param>
    ISourceMonitor Monitor(string source, string system) => NoSourceMonitor.Instance;

    /// <summary>Begins one shard. Records of one shard are published in its order; different shards run side by side.</summary>
    IShardChannel OpenShard(ShardId shard);

    /// <summary>
    /// Begins one reading of a shard from behind a durable checkpoint. Records are published in the shard's order, and none twice; what cannot keep to that opens the shard without a lease.
    /// </summary>
    /// <param name="shard">The shard.</param>
    /// <param name="lease">The reading; null where positions say nothing of what was written before, as with redriven records.</param>
    IShardChannel OpenShard(ShardId shard, ShardLease? lease) => OpenShard(shard);

    /// <summary>
    /// Says that every row of a scan or an export of a whole table was published, and is acknowledged. Sinks of current states then remove the items that were not among them and that no
    /// newer change speaks of. Nothing happens where a record was dead-lettered since the start: its item would be taken for a removed one.
    /// </summary>
    /// <returns>Whether the sinks were told.</returns>
    ValueTask<bool> FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) => new(false);
}
