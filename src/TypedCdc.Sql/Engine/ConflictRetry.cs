using Polly;
using Polly.Retry;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>Runs a transaction again, a few times, where it lost against another one: a deadlock's victim, a serialisation failure.</summary>
internal static class ConflictRetry
{
    private const int Retries = 5;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);

    /// <param name="dialect">Tells such an error from others.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="retried">Called before each repetition.</param>
    /// <param name="run">The transaction, from its begin on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static ValueTask<T> RunAsync<T>(SqlDialect dialect, TimeProvider time, Action retried, Func<CancellationToken, ValueTask<T>> run, CancellationToken cancellationToken) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(args.Outcome.Exception is { } error && dialect.Classify(error) == SqlFailure.Conflict),
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Linear,
                Delay = Wait,
                OnRetry = _ =>
                {
                    retried();
                    return default;
                },
            })
            .Build()
            .ExecuteAsync(run, cancellationToken);

    /// <inheritdoc cref="RunAsync{T}"/>
    public static async ValueTask RunAsync(SqlDialect dialect, TimeProvider time, Action retried, Func<CancellationToken, Task> run, CancellationToken cancellationToken) => await RunAsync(
        dialect, time, retried,
        async token =>
        {
            await run(token);
            return true;
        },
        cancellationToken);
}
