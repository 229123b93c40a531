namespace TypedCdc.Delivery;

/// <summary>
/// What one call of the executor gets: records of one subscriber, in order of arrival, from lanes that nobody else works on until it is released.
/// </summary>
internal sealed class Work(int subscriber)
{
    internal int Subscriber { get; } = subscriber;

    internal List<TrackedRecord> Records { get; } = [];

    /// <summary>The lanes it holds, with how many records it took from the head of each.</summary>
    internal List<(int Lane, int Count)> Lanes { get; } = [];

    /// <summary>Somebody outside of the core's lock looks at it after it is released.</summary>
    internal bool IsShown { get; private set; }

    /// <summary>A record of it goes into a log or a dead letter: neither the work nor the record is used again.</summary>
    internal void Show(int index)
    {
        IsShown = true;
        Records[index].Batch.IsShown = true;
    }

    /// <summary>The records whose dead letters are being stored.</summary>
    internal List<RecordFailure>? DeadLetters { get; set; }
}

/// <summary>How a <see cref="Work"/> ended.</summary>
/// <param name="Completed">How many records, from the first, are dealt with: succeeded, or in <paramref name="Failures"/>. The rest is delivered again.</param>
/// <param name="Failures">Those of them that failed for good, by ascending index.</param>
internal readonly record struct WorkOutcome(int Completed, IReadOnlyList<RecordFailure> Failures)
{
    internal static WorkOutcome Success(int count) => new(count, []);
}

/// <summary>A record that a subscriber cannot take.</summary>
/// <param name="Index">Its index in the work's records.</param>
/// <param name="Exception">Why.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Action">What the subscriber's failure policy says is to be done.</param>
internal readonly record struct RecordFailure(int Index, Exception Exception, int Attempts, FailureAction Action);
