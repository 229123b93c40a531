using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Observability;
using TypedCdc.Transforms;

namespace TypedCdc.Handlers;

/// <summary>Calls a <see cref="ViewHandler{TView}"/> for one change after the other: nothing is allocated a change as long as nothing fails.</summary>
internal sealed class ViewHandlerSubscriber<TView, THandler> : Subscriber
    where TView : struct, ICdcView<TView>, allows ref struct
    where THandler : ViewHandler<TView>
{
    private const int RunLength = 256;

    private readonly ViewHandlerOptions<TView> _options;
    private readonly CdcModel _model;
    private readonly ITransformChain? _transforms;
    private readonly DeduplicationWindow? _window;

    internal ViewHandlerSubscriber(string name, ViewHandlerOptions<TView> options, CdcModel model, ITransformChain? transforms)
        : base(name, options.Failure)
    {
        _options = options;
        _model = model;
        _transforms = transforms;
        _window = options.Deduplication is { } deduplication ? new(deduplication) : null;
    }

    internal override LanePolicy Lanes => new(Name, _options.Concurrency, RunLength, int.MaxValue, SpansLanes: false);

    internal override Images Images => _options.Images;

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => models.Contains(_model);

    internal override async ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        await using var scope = context.Services.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredService<THandler>();
        for (var index = 0; index < work.Records.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tracked = work.Records[index];
            using var activity = context.Telemetry.StartDelivery(Name, tracked);
            Exception? failure = null;
            if (!context.Retry.IsWatched && TryDispatch(handler, tracked, context.Statistics, out failure))
            {
                continue;
            }

            // It failed, or a test wants to see each attempt.
            var retry = new Retry(this, tracked, context) { Failure = failure };
            try
            {
                await context.Retry.ExecuteAsync(static (retry, _) => retry.AttemptAsync(), retry, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, exception.GetType().Name);
                return new(index + 1, [new(index, exception, Math.Max(1, retry.Attempts), Failure.OnPermanent)]);
            }
        }

        return WorkOutcome.Success(work.Records.Count);
    }

    private bool TryDispatch(THandler handler, TrackedRecord tracked, CdcStatistics statistics, out Exception? failure)
    {
        try
        {
            Dispatch(handler, tracked, statistics);
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            failure = exception;
            return false;
        }
    }

    private void Dispatch(THandler handler, TrackedRecord tracked, CdcStatistics statistics)
    {
        var record = tracked.Record;
        try
        {
            if (!PassesFilters(record))
            {
                return;
            }

            if (_transforms is not null)
            {
                if (_transforms.Rewrite(record) is not { } rewritten)
                {
                    return;
                }

                record = rewritten;
            }

            var verdict = _window?.Look(tracked.KeyHash, record.EventIdValue, record.TimestampMicroseconds) ?? DeduplicationVerdict.New;
            statistics.OnDeduplicated(verdict);
            var isStale = verdict == DeduplicationVerdict.Stale;
            if (verdict == DeduplicationVerdict.Duplicate || (isStale && _window!.Stale == StaleChanges.Drop))
            {
                return;
            }

            handler.Dispatch(record.View<TView>(_options.Images) with { IsStale = isStale });
        }
        catch (CdcDecodeException exception)
        {
            // A value is converted when the handler reads it, and its view does not know of which record it is.
            record.Explain(exception);
            throw;
        }

        _window?.Remember(tracked.KeyHash, record.EventIdValue, record.TimestampMicroseconds);
    }

    private bool PassesFilters(in CdcRecord record)
    {
        if (_options.KeysFilter is { } inPlace && !inPlace(record.ViewKeys<TView>()))
        {
            return false;
        }

        return _options.KeyFilter is not { } filter || filter(KeyOf(record));
    }

    private object KeyOf(in CdcRecord record)
    {
        var count = _model.Attributes.Count;
        var slots = count <= AttributeScanner.StackSlots ? stackalloc AttributeSlot[AttributeScanner.StackSlots] : new AttributeSlot[count];
        return _model.ReadKeyObject(record.ScanKeys(_model, slots[..count]));
    }

    /// <summary>The further attempts of a change that failed; each has a scope of its own.</summary>
    private sealed class Retry(ViewHandlerSubscriber<TView, THandler> subscriber, TrackedRecord tracked, WorkContext context)
    {
        /// <summary>The first attempt's, which is over already; null where it is still to be made.</summary>
        internal Exception? Failure { get; set; }

        internal int Attempts { get; private set; }

        internal async ValueTask AttemptAsync()
        {
            Attempts++;
            if (Failure is { } failure)
            {
                Failure = null;
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }

            await using var scope = context.Services.CreateAsyncScope();
            subscriber.Dispatch(scope.ServiceProvider.GetRequiredService<THandler>(), tracked, context.Statistics);
        }
    }
}
