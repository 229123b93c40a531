using Polly;
using Polly.Retry;

namespace TypedCdc.Delivery;

/// <summary>One subscriber's retries: Polly waits, the failure options decide.</summary>
internal sealed class RetryPipeline
{
    private readonly ResiliencePipeline _polly;
    private readonly FailureOptions _options;
    private readonly Func<CancellationToken, ValueTask>? _beforeAttempt;

    internal RetryPipeline(FailureOptions options, TimeProvider timeProvider, Action<RetryNotice> onRetry, Func<double>? randomizer = null, Func<CancellationToken, ValueTask>? beforeAttempt = null)
    {
        _beforeAttempt = beforeAttempt;
        _options = options;
        var retry = new RetryStrategyOptions
        {
            // Without end as far as Polly is concerned; ShouldRetry says when it ends.
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.BaseDelay,
            MaxDelay = options.MaximumDelay,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } exception
                && !arguments.Context.CancellationToken.IsCancellationRequested
                && ShouldRetry(exception, arguments.AttemptNumber + 1)),
            OnRetry = arguments =>
            {
                onRetry(new(arguments.Outcome.Exception!, arguments.AttemptNumber + 1, arguments.RetryDelay));
                return default;
            },
        };
        if (randomizer is not null)
        {
            retry.Randomizer = randomizer;
        }

        _polly = new ResiliencePipelineBuilder { TimeProvider = timeProvider }.AddRetry(retry).Build();
    }

    /// <summary>Somebody wants to see each attempt.</summary>
    internal bool IsWatched => _beforeAttempt is not null;

    /// <summary>Runs until it succeeds, or fails for good with the last exception.</summary>
    internal ValueTask ExecuteAsync<TState>(Func<TState, CancellationToken, ValueTask> attempt, TState state, CancellationToken cancellationToken) =>
        _beforeAttempt is null
            ? _polly.ExecuteAsync(attempt, state, cancellationToken)
            : _polly.ExecuteAsync(
                static async (call, cancellation) =>
                {
                    await call.BeforeAttempt(cancellation);
                    await call.Attempt(call.State, cancellation);
                },
                (BeforeAttempt: _beforeAttempt, Attempt: attempt, State: state),
                cancellationToken);

    /// <param name="exception">The failure.</param>
    /// <param name="attempts">How many attempts there were, this one included.</param>
    internal bool ShouldRetry(Exception exception, int attempts) => FailureClassifier.Classify(exception, _options) switch
    {
        FailureKind.Transient => true,
        FailureKind.Permanent => false,
        _ => _options.MaximumAttempts is not { } most || attempts < most,
    };
}

/// <summary>A failed attempt that will be followed by another.</summary>
internal readonly record struct RetryNotice(Exception Exception, int Attempt, TimeSpan Delay);
