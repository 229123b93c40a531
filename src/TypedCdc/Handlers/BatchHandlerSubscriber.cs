using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Changes;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Sinks;
using TypedCdc.Transforms;

namespace TypedCdc.Handlers;

/// <summary>Calls a <see cref="BatchChangeHandler{T}"/> with what has come, each call in a scope of its own.</summary>
internal sealed class BatchHandlerSubscriber<T, THandler> : Subscriber
    where THandler : BatchChangeHandler<T>
{
    private readonly BatchHandlerOptions _options;
    private readonly CdcModel<T> _model;
    private readonly ChangeReader<T> _reader;

    internal BatchHandlerSubscriber(string name, BatchHandlerOptions options, CdcModel<T> model, TransformChain<T>? transforms)
        : base(name, options.Failure)
    {
        _options = options;
        _model = model;
        _reader = new(model, options, transforms);
    }

    internal override LanePolicy Lanes => new(Name, _options.Concurrency, _options.MaximumBatchRecords, int.MaxValue, SpansLanes: true);

    internal override Images Images => _options.Images;

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => models.Contains(_model);

    internal override async ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        var batch = new SinkBatch<Change<T>>(work);
        var changes = new Change<T>?[work.Records.Count];
        var inBatch = _options.Deduplication is null ? null : new HashSet<EventId>(); // the window knows only what was taken before
        for (var index = 0; index < work.Records.Count; index++)
        {
            try
            {
                if (_reader.Read(work.Records[index], context.Statistics) is { } change && (change is not Snapshot<T> || _options.IncludeSnapshots))
                {
                    if (inBatch is not null && change.Header.EventId != default && !inBatch.Add(change.Header.EventId))
                    {
                        context.Statistics.OnDeduplicated(DeduplicationVerdict.Duplicate);
                        continue;
                    }

                    changes[index] = change;
                    batch.Add(index, change);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                batch.Refuse(new(index, exception, Attempts: 1, Failure.OnPermanent));
            }
        }

        using var spans = context.Telemetry.StartBatch(Name, work);
        await batch.WriteAsync(WriteAsync, context.Retry, Failure.OnPermanent, cancellationToken);
        spans?.Fail(batch.Failures);
        foreach (var failure in batch.Failures)
        {
            changes[failure.Index] = null;
        }

        for (var index = 0; index < changes.Length; index++)
        {
            _reader.Done(work.Records[index], changes[index]);
        }

        return new(work.Records.Count, batch.Failures);

        async ValueTask WriteAsync(IReadOnlyList<Change<T>> items, CancellationToken cancellation)
        {
            await using var scope = context.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(items, cancellation);
        }
    }
}
