using System.Collections.Concurrent;
using TypedCdc.Sources;

namespace TypedCdc.Tests.Hosting;

/// <summary>What handlers were called with, in order; one a test.</summary>
internal sealed class Journal
{
    internal ConcurrentQueue<string> Entries { get; } = new();

    /// <summary>Called before an entry is made; may throw or wait.</summary>
    internal Func<Change<Customer>, CancellationToken, ValueTask> Before { get; set; } = (_, _) => default;
}

internal sealed class RecordingHandler(Journal journal) : ChangeHandler<Customer>
{
    public override async ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
    {
        await journal.Before(change, cancellationToken);
        journal.Entries.Enqueue($"+{change.After.UserId} {change.After.FirstName}");
    }

    public override async ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken)
    {
        await journal.Before(change, cancellationToken);
        var changed = new List<string>();
        foreach (var attribute in change.Changes)
        {
            changed.Add(attribute.Name);
        }

        journal.Entries.Enqueue($"~{change.After.UserId} {change.Before.FirstName}->{change.After.FirstName} {string.Join(',', changed)}");
    }

    public override async ValueTask OnRemovedAsync(Removed<Customer> change, CancellationToken cancellationToken)
    {
        await journal.Before(change, cancellationToken);
        journal.Entries.Enqueue($"-{change.Before.UserId}");
    }

    public override async ValueTask OnSnapshotAsync(Snapshot<Customer> change, CancellationToken cancellationToken)
    {
        await journal.Before(change, cancellationToken);
        journal.Entries.Enqueue($"={change.After.UserId}");
    }
}

internal sealed class RecordingSink : ISink
{
    internal ConcurrentQueue<string> Written { get; } = new();

    internal Func<IReadOnlyList<CdcRecord>, CancellationToken, ValueTask> Before { get; set; } = (_, _) => default;

    public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        await Before(records, cancellationToken);
        foreach (var record in records)
        {
            Written.Enqueue(System.Text.Encoding.UTF8.GetString(record.Utf8.Span));
        }
    }
}

internal sealed class RecordingTypedSink : ISink<Customer>
{
    internal ConcurrentQueue<Change<Customer>> Written { get; } = new();

    internal Func<IReadOnlyList<Change<Customer>>, ValueTask> Before { get; set; } = _ => default;

    public async ValueTask WriteAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
    {
        await Before(changes);
        foreach (var change in changes)
        {
            Written.Enqueue(change);
        }
    }
}

/// <summary>Publishes what a test tells it to, and remembers how far it was acknowledged.</summary>
internal sealed class ScriptedSource(Func<ScriptedSource, IShardChannel, CancellationToken, Task> script) : IChangeSource
{
    private ulong _next;

    public string Name => "scripted";

    internal ShardId Shard { get; } = new("scripted", "0");

    internal SequenceNumber? Checkpoint { get; private set; }

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        await using var channel = context.OpenShard(Shard);
        channel.WatermarkAdvanced = watermark =>
        {
            Assert.True(Checkpoint is not { } before || before < watermark, "The watermark went back.");
            Checkpoint = watermark;
        };
        try
        {
            await script(this, channel, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }

        await channel.DrainAsync(CancellationToken.None);
    }

    internal RecordBatch Batch(params IEnumerable<string> records)
    {
        var batch = new RecordBatch(Shard);
        foreach (var record in records)
        {
            batch.Add(new(++_next), System.Text.Encoding.UTF8.GetBytes(record));
        }

        return batch;
    }
}
