using TypedCdc.Decoding;
using TypedCdc.Observability;
using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>One handler or sink as the engine sees it.</summary>
internal abstract class Subscriber
{
    protected Subscriber(string name, FailureOptions failure)
    {
        Name = name;
        Failure = failure;
    }

    /// <summary>In logs, metrics and dead letters; unique among the subscribers.</summary>
    internal string Name { get; set; }

    internal FailureOptions Failure { get; }

    internal abstract LanePolicy Lanes { get; }

    /// <summary>The images it needs.</summary>
    internal abstract Images Images { get; }

    /// <summary>Whether it was told of a table by name, so that the table is not unknown although it may have no model.</summary>
    internal virtual bool Names(string tableName) => false;

    /// <summary>Whether it takes the records of a table with these models; none: the table is unknown.</summary>
    internal abstract bool Accepts(string tableName, IReadOnlyList<CdcModel> models);

    /// <summary>
    /// Takes every record of a table that one of its models may be in, and finds out itself: an item that became another model's, or of which only the key is known,
    /// concerns what it has stored.
    /// </summary>
    internal virtual bool TellsModelsApart => false;

    /// <summary>Called once before the first work.</summary>
    internal virtual ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => default;

    /// <summary>Delivers. Every failure that is not in the outcome is a bug of ours, or the cancellation.</summary>
    internal abstract ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken);

    /// <summary>Called when every row of a snapshot is done, in a table that it takes.</summary>
    internal virtual ValueTask FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) => default;

    /// <summary>Called once when nothing more will come.</summary>
    internal virtual ValueTask StopAsync() => default;
}

/// <summary>What an execution may use.</summary>
/// <param name="Services">The root provider, for scopes.</param>
/// <param name="Retry">The subscriber's retries.</param>
/// <param name="Statistics">The counters.</param>
/// <param name="Telemetry">Spans.</param>
internal sealed record WorkContext(IServiceProvider Services, RetryPipeline Retry, CdcStatistics Statistics, Observability.CdcTelemetry Telemetry);
