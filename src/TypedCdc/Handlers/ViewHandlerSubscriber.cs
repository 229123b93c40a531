using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Pipeline;
using TypedCdc.Transforms;

namespace TypedCdc.Handlers;

/// <summary>Calls a <see cref="ViewHandler{TView}"/> for one change after the other: nothing is allocated a change as long as nothing fails.</summary>
internal sealed class ViewHandlerSubscriber<TView, THandler> : Subscriber
    where TView : struct, ICdcView<TView>, allows ref struct
    where THandler : ViewHandler<TView>
{
    private const int RunLength = 256;

    private readonly HandlerOptions _options;
    private readonly CdcModel _model;
    private readonly ITransformChain? _transforms;

    internal ViewHandlerSubscriber(string name, HandlerOptions options, CdcModel model, ITransformChain? transforms)
        : base(name, options.Failure)
    {
        _options = options;
        _model = model;
        _transforms = transforms;
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
            if (!context.Retry.IsWatched && TryDispatch(handler, tracked.Record, out failure))
            {
                continue;
            }

            // It failed, or a test wants to see each attempt.
            var retry = new Retry(this, tracked.Record, context.Services) { Failure = failure };
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

    private bool TryDispatch(THandler handler, in CdcRecord record, out Exception? failure)
    {
        try
        {
            Dispatch(handler, record);
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            failure = exception;
            return false;
        }
    }

    private void Dispatch(THandler handler, in CdcRecord record)
    {
        if (_transforms is null)
        {
            handler.Dispatch(record.View<TView>(_options.Images));
        }
        else if (_transforms.Rewrite(record) is { } rewritten)
        {
            handler.Dispatch(rewritten.View<TView>(_options.Images));
        }
    }

    /// <summary>The further attempts of a change that failed; each has a scope of its own.</summary>
    private sealed class Retry(ViewHandlerSubscriber<TView, THandler> subscriber, CdcRecord record, IServiceProvider services)
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

            await using var scope = services.CreateAsyncScope();
            subscriber.Dispatch(scope.ServiceProvider.GetRequiredService<THandler>(), record);
        }
    }
}
