using System.Collections.Concurrent;
using System.Globalization;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// Keeps progress in the application's <see cref="ICheckpointStore"/>. A stream's creation time is part of its shards' names there, so that a stream that was deleted and made
/// again never meets the old one's checkpoints. Instants are kept as numbers too, in µs, under names that no shard can have.
/// </summary>
internal sealed class CheckpointProgressStore(ICheckpointStore store, string application, string stream) : IProgressStore
{
    // An instant that is too early by this much costs nothing, and each write may cost the disk a flush.
    private static readonly TimeSpan InstantSpacing = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ShardId, DateTimeOffset> _instants = new();   // as last stored by this process

    public async ValueTask<DateTimeOffset?> ReadCreatedAtAsync(CancellationToken cancellationToken) =>
        Instant(await store.ReadAsync(application, new(stream, "(created)"), cancellationToken));

    public ValueTask WriteCreatedAtAsync(DateTimeOffset createdAt, CancellationToken cancellationToken) =>
        store.WriteAsync(application, new(stream, "(created)"), Number(createdAt), cancellationToken);

    public async ValueTask<ShardProgress> ReadAsync(DateTimeOffset streamCreatedAt, string shard, CancellationToken cancellationToken) => new(
        await store.ReadAsync(application, Checkpoint(streamCreatedAt, shard), cancellationToken),
        Instant(await store.ReadAsync(application, CompleteUntil(streamCreatedAt, shard), cancellationToken)));

    public async ValueTask WriteAsync(DateTimeOffset streamCreatedAt, string shard, ShardProgress progress, CancellationToken cancellationToken)
    {
        // In this order: a crash between the two leaves a time that is too early for its checkpoint, which is on the safe side.
        if (progress.Checkpoint is { } checkpoint)
        {
            await store.WriteAsync(application, Checkpoint(streamCreatedAt, shard), checkpoint, cancellationToken);
        }

        var name = CompleteUntil(streamCreatedAt, shard);
        if (progress.CompleteUntil is { } until && (!_instants.TryGetValue(name, out var stored) || until - stored >= InstantSpacing || until < stored))
        {
            await store.WriteAsync(application, name, Number(until), cancellationToken);
            _instants[name] = until;
        }
    }

    private static SequenceNumber Number(DateTimeOffset instant) => new((UInt128)((instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));

    private static DateTimeOffset? Instant(SequenceNumber? number) => number is { } value && long.TryParse(value.ToString(null, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var microseconds)
        && microseconds <= (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : null;

    private string Incarnation(DateTimeOffset createdAt) => string.Create(CultureInfo.InvariantCulture, $"{stream}:{createdAt.ToUnixTimeSeconds()}");

    private ShardId Checkpoint(DateTimeOffset createdAt, string shard) => new(Incarnation(createdAt), shard);

    private ShardId CompleteUntil(DateTimeOffset createdAt, string shard) => new(Incarnation(createdAt), shard + "(complete-until)");
}
