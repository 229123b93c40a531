using System.Globalization;

namespace TypedCdc;

/// <summary>Not every record of an event was delivered, and the function was told to say so by failing (<see cref="FailureAnswer.Throw"/>).</summary>
public sealed class BatchFailedException : Exception
{
    internal BatchFailedException(IReadOnlyList<string> firstFailures)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"Not every record was delivered: {firstFailures.Count} shard(s) stopped, before sequence number {string.Join(", ", firstFailures)}. Lambda has to give the event again."))
    {
        FirstFailures = firstFailures;
    }

    /// <summary>The first record of each shard that was not delivered, by its sequence number.</summary>
    public IReadOnlyList<string> FirstFailures { get; }
}
