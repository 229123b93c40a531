using System.Collections.Concurrent;
using System.Globalization;

namespace TypedCdc.Lambda.Tests.Harness;

/// <summary>What the handler saw, and what it is to do about it.</summary>
public sealed class Recorder
{
    private readonly ConcurrentQueue<string> _seen = new();

    /// <summary>Every change that the handler took, in order, as text.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <summary>Where they stood.</summary>
    public ConcurrentQueue<StreamPosition> Positions { get; } = new();

    public int Calls;

    /// <summary>Called before a change counts as taken; throw to fail it.</summary>
    public Func<Change<Customer>, CancellationToken, ValueTask> Before { get; set; } = (_, _) => default;

    internal async ValueTask TakeAsync(Change<Customer> change, string text, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Calls);
        await Before(change, cancellationToken);
        Positions.Enqueue(change.Position);
        _seen.Enqueue(text);
    }
}

/// <summary>A handler as a user writes it: the same class in every host.</summary>
public sealed class RecordingHandler(Recorder recorder) : ChangeHandler<Customer>
{
    public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken) =>
        recorder.TakeAsync(change, Text(change, "inserted", null, change.After), cancellationToken);

    public override ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken) =>
        recorder.TakeAsync(change, Text(change, "modified", change.Before, change.After), cancellationToken);

    public override ValueTask OnRemovedAsync(Removed<Customer> change, CancellationToken cancellationToken) =>
        recorder.TakeAsync(change, Text(change, "removed", change.Before, null), cancellationToken);

    private static string Text(Change<Customer> change, string what, Customer? before, Customer? after) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what} {change.Key.UserId} {before?.FirstName}/{before?.Phone} -> {after?.FirstName}/{after?.Phone} at {change.Timestamp.ToUnixTimeSeconds()} {change.IsTimeToLive}");
}
