using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Transforms;

namespace TypedCdc.Handlers;

/// <summary>Calls a <see cref="ChangeHandler{T}"/> for one change after the other, each in a scope of its own.</summary>
internal sealed class HandlerSubscriber<T, THandler> : Subscriber
    where THandler : ChangeHandler<T>
{
    // A run of one lane: long enough to spare the hand-over between threads, short enough that others get their turn.
    private const int RunLength = 32;

    private readonly HandlerOptions _options;
    private readonly CdcModel<T> _model;
    private readonly ChangeReader<T> _reader;

    internal HandlerSubscriber(string name, HandlerOptions options, CdcModel<T> model, TransformChain<T>? transforms)
        : base(name, options.Failure)
    {
        _options = options;
        _model = model;
        _reader = new(model, options, transforms);
    }

    internal override LanePolicy Lanes => new(Name, _options.Concurrency, RunLength, int.MaxValue, SpansLanes: false);

    internal override Images Images => _options.Images;

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => models.Contains(_model);

    internal override async ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        for (var index = 0; index < work.Records.Count; index++)
        {
            var call = new Call(_reader, work.Records[index], context);
            using var activity = context.Telemetry.StartDelivery(Name, work.Records[index]);
            try
            {
                await context.Retry.ExecuteAsync(static (call, cancellation) => call.AttemptAsync(cancellation), call, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested && index > 0)
            {
                return WorkOutcome.Success(index); // given up here: what came before in the run is done, and need not come again
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, exception.GetType().Name);

                // The run ends here: what stands behind goes on when the dead letter is durable.
                return new(index + 1, [new(index, exception, Math.Max(1, call.Attempts), Failure.OnPermanent)]);
            }
        }

        return WorkOutcome.Success(work.Records.Count);
    }

    /// <summary>One change on its way to the handler, over all its attempts: decoded once.</summary>
    private sealed class Call(ChangeReader<T> reader, TrackedRecord record, WorkContext context)
    {
        private Change<T>? _change;
        private bool _isRead;

        internal int Attempts { get; private set; }

        internal async ValueTask AttemptAsync(CancellationToken cancellationToken)
        {
            Attempts++;
            if (!_isRead)
            {
                _change = reader.Read(record, context.Statistics);
                _isRead = true;
            }

            if (_change is not null)
            {
                await using (var scope = context.Services.CreateAsyncScope())
                {
                    await scope.ServiceProvider.GetRequiredService<THandler>().DispatchAsync(_change, cancellationToken);
                }

                reader.Done(record, _change);
            }
        }
    }
}
