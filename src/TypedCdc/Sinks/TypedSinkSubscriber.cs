using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Sources;
using TypedCdc.Transforms;

namespace TypedCdc.Sinks;

/// <summary>Feeds an <see cref="ISink{T}"/> with decoded changes.</summary>
internal sealed class TypedSinkSubscriber<T> : Subscriber
{
    private readonly ISink<T> _sink;
    private readonly SinkOptions _options;
    private readonly CdcModel<T> _model;
    private readonly TransformChain<T>? _transforms;
    private readonly bool _isOwned;

    internal TypedSinkSubscriber(string name, ISink<T> sink, SinkOptions options, CdcModel<T> model, TransformChain<T>? transforms, bool isOwned)
        : base(name, options.Failure)
    {
        _sink = sink;
        _options = options;
        _model = model;
        _transforms = transforms;
        _isOwned = isOwned;
    }

    internal override LanePolicy Lanes => _options.ToLanes(Name);

    internal override Images Images => _options.Images;

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => models.Contains(_model);

    internal override ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => _sink.StartAsync(context, cancellationToken);

    internal override ValueTask FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        _sink is ISnapshotSink sink ? sink.FinishSnapshotAsync(snapshot, cancellationToken) : default;

    internal override async ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        var batch = new SinkBatch<Change<T>>(work);
        for (var index = 0; index < work.Records.Count; index++)
        {
            try
            {
                var record = work.Records[index].Record;
                if ((_transforms is null ? record.Decode<T>(_options.Images) : _transforms.Apply(record).Change) is { } change)
                {
                    batch.Add(index, change);
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
}
