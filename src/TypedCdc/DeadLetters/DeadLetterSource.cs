using System.Text.Json;
using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Sources;

namespace TypedCdc.DeadLetters;

/// <summary>
/// Delivers the dead letters of a file again: each to the handler or sink that could not take it, at the position that the record had, a shard's in the shard's order.
/// The file is taken away under another name first, so that what fails again becomes a new dead letter and nothing is read twice; a run that is cut short goes on with
/// that file.
/// </summary>
internal sealed class DeadLetterSource(string path, RedriveOptions options) : IChangeSource
{
    private const int BatchRecords = 500;

    private readonly string _path = Path.GetFullPath(path);

    public string Name => _path;

    private string TakenPath => _path + ".redriving";

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var logger = context.LoggerFactory.CreateLogger("TypedCdc.DeadLetters");
        if (File.Exists(TakenPath))
        {
            logger.ResumingRedrive(TakenPath);
            await RedriveAsync(context, logger, cancellationToken);
        }

        if (!cancellationToken.IsCancellationRequested && File.Exists(_path))
        {
            // Nobody writes while we hold it, and nobody finds it once it is renamed.
            await using (new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete))
            {
                File.Move(_path, TakenPath);
            }

            await RedriveAsync(context, logger, cancellationToken);
        }
        else if (!File.Exists(TakenPath))
        {
            logger.NothingToRedrive(_path);
        }
    }

    private async Task RedriveAsync(ISourceContext context, ILogger logger, CancellationToken cancellationToken)
    {
        var letters = await ReadIndexAsync(logger, cancellationToken);
        logger.Redriving(letters.Count, _path);
        await using var file = new FileStream(TakenPath, FileMode.Open, FileAccess.Read, FileShare.Read);

        // A key's records are in one shard, or in a parent and then in its children: those have the higher numbers.
        foreach (var shard in letters.GroupBy(letter => letter.Shard).OrderBy(shard => shard.Min(letter => letter.SequenceNumber)))
        {
            await using var channel = context.OpenShard(shard.Key);
            var batch = new RecordBatch(shard.Key);
            foreach (var entry in shard.OrderBy(letter => letter.SequenceNumber).ThenBy(letter => letter.Start))
            {
                var letter = await ReadAsync(file, entry, cancellationToken);
                batch.AddFor(letter.Subscriber, entry.SequenceNumber, letter.Payload.Span);
                if (batch.Count == BatchRecords)
                {
                    var full = batch;
                    batch = new(shard.Key);
                    await channel.PublishAsync(full, cancellationToken);
                }
            }

            await channel.PublishAsync(batch, cancellationToken);
            await channel.DrainAsync(cancellationToken);
        }

        file.Close();
        if (options.KeepRedriven)
        {
            File.Move(TakenPath, _path + ".redriven-" + context.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyyMMddTHHmmssfff", System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            File.Delete(TakenPath);
        }
    }

    private async Task<List<Entry>> ReadIndexAsync(ILogger logger, CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        var shards = new Dictionary<ShardId, ShardId>();
        await using var file = new FileStream(TakenPath, FileMode.Open, FileAccess.Read, FileShare.Read);
        var number = 0;
        foreach (var (start, length) in await FindLinesAsync(file, cancellationToken))
        {
            number++;
            var line = await ReadLineAsync(file, start, length, cancellationToken);
            if (start + length == file.Length && DeadLetterJson.IsTorn(line))
            {
                // Not ended, so never acknowledged: its record is delivered again by its source.
                logger.TornDeadLetter(number, TakenPath);
                continue;
            }

            DeadLetter letter;
            try
            {
                letter = DeadLetterJson.Read(line);
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                throw new InvalidDataException(
                    $"Line {number.ToString(System.Globalization.CultureInfo.InvariantCulture)} of '{TakenPath}' is not a dead letter. Remove the line, and run again: nothing was delivered yet.", exception);
            }

            var shard = letter.Position.Shard ?? new ShardId(_path, "0");
            if (!shards.TryGetValue(shard, out var known))
            {
                shards.Add(shard, known = shard);
            }

            entries.Add(new(known, letter.Position.SequenceNumber, start, length));
        }

        return entries;
    }

    /// <summary>Offsets and lengths of the lines that are not empty.</summary>
    private static async Task<List<(long Offset, int Length)>> FindLinesAsync(FileStream file, CancellationToken cancellationToken)
    {
        var lines = new List<(long, int)>();
        var buffer = new byte[128 * 1024];
        long position = 0, start = 0;
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var at = 0; at < read; at++)
            {
                if (buffer[at] == '\n')
                {
                    Add(position + at);
                }
            }

            position += read;
        }

        Add(position);
        return lines;

        void Add(long end)
        {
            if (end > start)
            {
                lines.Add((start, checked((int)(end - start))));
            }

            start = end + 1;
        }
    }

    private static async ValueTask<DeadLetter> ReadAsync(FileStream file, Entry entry, CancellationToken cancellationToken) =>
        DeadLetterJson.Read(await ReadLineAsync(file, entry.Start, entry.Length, cancellationToken));

    private static async ValueTask<byte[]> ReadLineAsync(FileStream file, long start, int length, CancellationToken cancellationToken)
    {
        var line = new byte[length];
        file.Position = start;
        await file.ReadExactlyAsync(line, cancellationToken);
        return line;
    }

    /// <summary>Where a dead letter stands in the file, and where its record stood in its stream.</summary>
    private sealed record Entry(ShardId Shard, SequenceNumber SequenceNumber, long Start, int Length);
}

internal static partial class RedriveLog
{
    [LoggerMessage(210, LogLevel.Information, "Delivering {Count} dead letter(s) of '{Path}' again")]
    internal static partial void Redriving(this ILogger logger, int count, string path);

    [LoggerMessage(211, LogLevel.Warning, "A redrive was cut short; going on with '{Path}' (what was delivered then comes again)")]
    internal static partial void ResumingRedrive(this ILogger logger, string path);

    [LoggerMessage(214, LogLevel.Warning, "Line {Line} of '{Path}' ends in the middle, as a crash leaves it. It is left out: its record was not acknowledged, and its source delivers it again")]
    internal static partial void TornDeadLetter(this ILogger logger, int line, string path);

    [LoggerMessage(213, LogLevel.Information, "{Count} dead letter(s) of {Name} were delivered again; those that failed again stay")]
    internal static partial void Redriven(this ILogger logger, int count, string name);

    [LoggerMessage(212, LogLevel.Information, "'{Path}' does not exist: there is nothing to deliver again")]
    internal static partial void NothingToRedrive(this ILogger logger, string path);
}
