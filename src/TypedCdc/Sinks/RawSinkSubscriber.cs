using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Sources;
using TypedCdc.Transforms;

namespace TypedCdc.Sinks;

/// <summary>Feeds an <see cref="ISink"/>: records as they came, or written anew behind a transform.</summary>
internal sealed class RawSinkSubscriber : Subscriber
{
    private readonly ISink _sink;
    private readonly SinkOptions _options;
    private readonly IReadOnlyList<ITransformChain> _transforms;
    private readonly bool _isOwned;
    private readonly List<TableNamePattern> _tables;

    internal RawSinkSubscriber(string name, ISink sink, SinkOptions options, IReadOnlyList<ITransformChain> transforms, bool isOwned)
        : base(name, options.Failure)
    {
        _sink = sink;
        _options = options;
        _transforms = transforms;
        _isOwned = isOwned;
        _tables = [.. options.Tables.Select(static tables => new TableNamePattern(tables))];
    }

    internal override LanePolicy Lanes => _options.ToLanes(Name);

    internal override Images Images => _options.Images;

    internal override bool Names(string tableName) => _tables.Exists(pattern => pattern.Matches(tableName));

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => Names(tableName) || (models.Count == 0
        ? _options.AcceptUnknownTables
        : (_options.Models.Count == 0 && _tables.Count == 0) || models.Any(_options.Models.Contains));

    internal override bool TellsModelsApart => _options.TellsModelsApart;

    internal override ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => _sink.StartAsync(context, cancellationToken);

    internal override ValueTask FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        _sink is ISnapshotSink sink ? sink.FinishSnapshotAsync(snapshot, cancellationToken) : default;

    internal override async ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        var batch = new SinkBatch<CdcRecord>(work, static record => record.With(lease: null, laneHash: 0));
        for (var index = 0; index < work.Records.Count; index++)
        {
            try
            {
                if (Transform(work.Records[index]) is { } record)
                {
                    batch.Add(index, record);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                batch.Refuse(new(index, exception, Attempts: 1, Failure.OnPermanent));
            }
        }

        using var spans = context.Telemetry.StartBatch(Name, work);
        await batch.WriteAsync(_sink.WriteAsync, context.Retry, Failure.OnPermanent, cancellationToken);
        spans?.Fail(batch.Failures);
        return new(work.Records.Count, batch.Failures);
    }

    internal override ValueTask StopAsync() => Disposal.DisposeAsync(_isOwned ? _sink : null);

    private CdcRecord? Transform(TrackedRecord record)
    {
        foreach (var chain in _transforms)
        {
            if (record.Route!.Models.Contains(chain.Model))
            {
                return chain.Rewrite(record.Record); // written anew, without a lease: a replay may come with another transform
            }
        }

        return record.Record;
    }
}
