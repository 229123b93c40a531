using Microsoft.Extensions.Logging;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Observability;

namespace TypedCdc.Delivery;

/// <summary>Puts what no subscriber could take into the dead-letter store, as often as it takes: what is behind it waits.</summary>
internal sealed class DeadLetterWriter
{
    private readonly EngineSettings _settings;
    private readonly RetryPipeline _retry;
    private readonly DeadLetterLog _log;

    internal DeadLetterWriter(EngineSettings settings)
    {
        _settings = settings;
        _log = new(settings.Logger, settings.TimeProvider);
        _retry = new(
            new() { MaximumAttempts = null, IsTransient = static _ => true, IsPermanent = static exception => exception is CdcConfigurationException },
            settings.TimeProvider,
            OnRetry,
            settings.Randomizer);
    }

    /// <summary>Starts the store, waiting for it where it is down.</summary>
    internal async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (_settings.DeadLetters is { } store)
        {
            await _retry.ExecuteAsync(static (store, cancellation) => store.StartAsync(cancellation), store, cancellationToken);
            OnStored();
        }
    }

    /// <summary>Stores what a work's subscriber could not take.</summary>
    internal async ValueTask StoreAsync(Work work, string subscriber, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>(work.DeadLetters!.Count);
        foreach (var failure in work.DeadLetters)
        {
            letters.Add(ToDeadLetter(work, subscriber, failure));
        }

        await _retry.ExecuteAsync(
            static (store, cancellation) => store.Store.StoreAsync(store.Letters, cancellation), (Store: _settings.DeadLetters!, Letters: letters), cancellationToken);
        OnStored();
        _settings.Telemetry.OnDeadLettered(subscriber, letters.Count);
        for (var index = 0; index < letters.Count; index++)
        {
            _log.Say(letters[index], work.DeadLetters[index].Exception);
        }
    }

    /// <summary>Lets the store go, where it is the engine's own.</summary>
    internal ValueTask StopAsync() => _settings.OwnsDeadLetters ? Disposal.DisposeAsync(_settings.DeadLetters) : default;

    // One line when it begins to fail, or for another reason than before, and one when it is over; an outage of an hour is not hundreds of lines.
    private void OnRetry(RetryNotice notice)
    {
        var isNews = _settings.Health.OnDeadLetterStoreFailing(notice.Exception, _settings.TimeProvider.GetUtcNow());
        _settings.Logger.DeadLetterStoreFailing(
            isNews ? LogLevel.Error : LogLevel.Debug, isNews && FailureClassifier.IsOutage(notice.Exception) ? null : notice.Exception,
            CdcHealth.ReasonOf(notice.Exception), FailureClassifier.Describe(notice.Exception), notice.Attempt, notice.Delay);
    }

    private void OnStored()
    {
        if (_settings.Health.OnDeadLettersStored())
        {
            _settings.Logger.DeadLetterStoreRecovered();
        }
    }

    private DeadLetter ToDeadLetter(Work work, string subscriber, RecordFailure failure)
    {
        var record = work.Records[failure.Index];
        var source = record.Batch.Source!;
        return new()
        {
            Time = _settings.TimeProvider.GetUtcNow(),
            Application = _settings.Application,
            Subscriber = source.GetTarget(record.Index) ?? subscriber, // a redriven one stays whose it was
            TableName = record.Route?.TableName,
            Operation = record.Unreadable is null ? record.Operation : null,
            EventId = record.Unreadable is null ? record.Record.EventId : "",
            Position = new(record.Shard.Id, record.SequenceNumber),
            Range = source.GetRange(record.Index),
            Attempts = failure.Attempts,
            ExceptionType = failure.Exception.GetType().FullName ?? "",
            Message = failure.Exception.Message,
            Payload = source.GetUtf8(record.Index),
        };
    }
}
