using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Sources;

namespace TypedCdc.Files;

/// <summary>
/// Reads change records from files, one file after the other in the order of their paths. Every file is a shard of its own; a record's sequence number is the file's rank,
/// from 1, × 10^12 + the record's ordinal in it, from 1.
/// </summary>
internal sealed class FileSource(string pattern, FileSourceOptions options) : IChangeSource
{
    private const ulong RankWeight = 1_000_000_000_000;
    private const int BatchBytes = 256 * 1024;
    private const int BatchRecords = 1_000;

    public string Name => pattern;

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        options.Validate();
        var files = FilePattern.Find(pattern);
        var logger = context.LoggerFactory.CreateLogger("TypedCdc.Files");
        logger.FilesFound(files.Count, pattern);
        var open = new Queue<OpenFile>(); // read, but perhaps not acknowledged
        var isWhole = files.Count > 0;
        try
        {
            for (var index = 0; index < files.Count && !cancellationToken.IsCancellationRequested; index++)
            {
                var file = new OpenFile(files[index], (ulong)(index + 1), context.OpenShard(new(files[index], "0")));
                open.Enqueue(file);
                await ReadFileAsync(context, file, new(files[index], index + 1, files.Count, options, context.TimeProvider, logger), cancellationToken);
                while (open.TryPeek(out var first) && first.IsAcknowledged)
                {
                    await CloseAsync(context, open.Dequeue());
                }
            }

            isWhole &= !cancellationToken.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: what was published is drained below.
            isWhole = false;
        }
        finally
        {
            while (open.TryDequeue(out var file))
            {
                await CloseAsync(context, file);
                isWhole &= file.IsAcknowledged;
            }
        }

        if (isWhole && options is { IsCompleteSnapshot: true, TableName: { } table, SnapshotTime: { } time })
        {
            await context.FinishSnapshotAsync(new(table, time), cancellationToken);
        }
    }

    private async Task ReadFileAsync(ISourceContext context, OpenFile file, FileProgressReport progress, CancellationToken cancellationToken)
    {
        var done = options.Checkpoints is { } store && await store.ReadAsync(context.Application, file.Shard, cancellationToken) is { } checkpoint
            ? Ordinal(checkpoint)
            : 0;
        await using var raw = new FileStream(file.Path, new FileStreamOptions
        {
            Access = FileAccess.Read,
            Mode = FileMode.Open,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 128 * 1024,
        });
        await using var content = await DecompressAsync(raw, cancellationToken);
        var reader = new FileRecordReader(content, options.MaximumRecordBytes, new() { TableName = options.TableName });
        var ordinal = 0UL;
        var batch = NewBatch();
        InvalidDataException? damage = null;
        try
        {
            while (true)
            {
                FileRecord? next;
                try
                {
                    next = await reader.ReadAsync(cancellationToken);
                }
                catch (InvalidDataException exception)
                {
                    damage = exception;
                    break;
                }

                if (next is not { } record)
                {
                    break;
                }

                ordinal++;
                if (ordinal <= done)
                {
                    continue;
                }

                file.Last = new((file.Rank * RankWeight) + ordinal);
                batch.Add(file.Last.Value, record.Utf8.Span, record.Range, record.Problem);
                batch.SetCarriedNumber(record.CarriedNumber);
                if (batch.Count >= BatchRecords || batch.Bytes >= BatchBytes)
                {
                    var full = batch;
                    batch = NewBatch(); // the full one belongs to the pipeline now, whatever happens
                    await file.Channel.PublishAsync(full, cancellationToken);
                    if (progress.TellWhenDue(raw.Position, (long)ordinal))
                    {
                        await SaveAsync(context, file);
                    }
                }
            }

            var last = batch;
            batch = null;
            await file.Channel.PublishAsync(last, cancellationToken);
        }
        finally
        {
            batch?.Dispose();
        }

        if (damage is not null)
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"'{file.Path}' is damaged: its gzip data cannot be decompressed behind record {ordinal}. What came before was delivered."), damage);
        }

        progress.TellComplete(raw.Length, (long)ordinal);

        RecordBatch NewBatch() => new(file.Shard, BatchBytes) { TableName = options.TableName, SnapshotTime = options.SnapshotTime };
    }

    private async Task CloseAsync(ISourceContext context, OpenFile file)
    {
        await using (file.Channel)
        {
            try
            {
                await file.Channel.DrainAsync(CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                // The pipeline was given up; the checkpoint says how far it came.
            }

            await SaveAsync(context, file);
        }
    }

    private async Task SaveAsync(ISourceContext context, OpenFile file)
    {
        if (options.Checkpoints is { } store && file.Channel.Watermark is { } watermark)
        {
            await store.WriteAsync(context.Application, file.Shard, watermark, CancellationToken.None);
        }
    }

    /// <summary>The rank is not part of what a checkpoint says: other files may have come since.</summary>
    private static ulong Ordinal(SequenceNumber checkpoint) =>
        (ulong)(UInt128.Parse(checkpoint.ToString(null, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) % RankWeight);

    /// <summary>Decompresses what begins with gzip's magic bytes (RFC 1952, section 2.3.1), whatever the file is called.</summary>
    private static async ValueTask<Stream> DecompressAsync(FileStream file, CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        var read = await file.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return read == 2 && magic is [0x1F, 0x8B] ? new CheckedGzipStream(file) : file;
    }

    private sealed class OpenFile(string path, ulong rank, IShardChannel channel)
    {
        internal string Path => path;

        internal ulong Rank => rank;

        internal ShardId Shard { get; } = new(path, "0");

        internal IShardChannel Channel => channel;

        /// <summary>The last record that was published.</summary>
        internal SequenceNumber? Last { get; set; }

        internal bool IsAcknowledged => Last is null || channel.Watermark == Last;
    }
}
