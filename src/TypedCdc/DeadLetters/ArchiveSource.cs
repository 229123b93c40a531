using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Sources;

namespace TypedCdc.DeadLetters;

/// <summary>
/// Delivers the dead letters of an archive again: each to the handler or sink that could not take it, at the position that the record had, a shard's in the shard's order. A letter is
/// settled when its record has succeeded; one that fails again is stored anew under the same id and stays. A run that is cut short repeats at most one batch.
/// </summary>
internal sealed class ArchiveSource(string name, Func<IDeadLetterArchive> open, RedriveOptions options) : IChangeSource
{
    private const int BatchRecords = 200;
    private const int BatchBytes = 4 * 1024 * 1024;

    public string Name => name;

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var logger = context.LoggerFactory.CreateLogger("TypedCdc.DeadLetters");
        var archive = open();
        try
        {
            await archive.StartAsync(cancellationToken);
            var count = await RedriveAsync(archive, context, cancellationToken);
            logger.Redriven(count, name);
        }
        finally
        {
            await Delivery.Disposal.DisposeAsync(archive);
        }
    }

    private async Task<int> RedriveAsync(IDeadLetterArchive archive, ISourceContext context, CancellationToken cancellationToken)
    {
        var query = new DeadLetterQuery { Application = options.Application ?? context.Application, Subscriber = options.Subscriber };
        var pending = new List<StoredDeadLetter>();
        IShardChannel? channel = null;
        ShardId? shard = null;
        RecordBatch? batch = null;
        var count = 0;
        try
        {
            await foreach (var stored in archive.ReadAsync(query, cancellationToken))
            {
                var letter = stored.Letter;
                var next = letter.Position.Shard ?? new ShardId(name, "0");
                if (channel is null || next != shard)
                {
                    await FlushAsync();
                    if (channel is not null)
                    {
                        await channel.DisposeAsync();
                    }

                    shard = next;
                    channel = context.OpenShard(next);
                }

                batch ??= new(shard);
                batch.AddFor(letter.Subscriber, letter.Position.SequenceNumber, letter.Payload.Span);
                pending.Add(stored with { Letter = letter with { Payload = default } });
                count++;
                if (batch.Count == BatchRecords || batch.Bytes >= BatchBytes)
                {
                    await FlushAsync();
                }
            }

            await FlushAsync();
            return count;
        }
        finally
        {
            batch?.Dispose();
            if (channel is not null)
            {
                await channel.DisposeAsync();
            }
        }

        async Task FlushAsync()
        {
            if (batch is null)
            {
                return;
            }

            var full = batch;
            batch = null;
            await channel!.PublishAsync(full, cancellationToken);

            // Drained also when we are told to stop: the engine ends the wait when the time for draining is over.
            await channel.DrainAsync(CancellationToken.None);
            await archive.SettleAsync(pending, options.KeepRedriven, CancellationToken.None);
            pending.Clear();
        }
    }
}
