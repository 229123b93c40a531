using System.Globalization;
using System.Text.Json;

namespace TypedCdc;

/// <summary>
/// Keeps the checkpoints of one application's shards in a JSON file. Written aside, flushed to the disk and renamed over the old one, so that a crash leaves either the old or the new.
/// For one process at a time; several workers need leases.
/// </summary>
public sealed class FileCheckpointStore : ICheckpointStore, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // one reader or writer at a time
    private readonly string _path;
    private SortedDictionary<string, string>? _checkpoints; // by application, stream and shard; null before the file is read

    /// <param name="path">The file; made with its directories at the first checkpoint.</param>
    public FileCheckpointStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    public async ValueTask<SequenceNumber?> ReadAsync(string application, ShardId shard, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return Load().TryGetValue(Key(application, shard), out var text) ? SequenceNumber.Parse(text) : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string application, ShardId shard, SequenceNumber checkpoint, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var checkpoints = Load();
            var key = Key(application, shard);
            var before = checkpoints.GetValueOrDefault(key);
            checkpoints[key] = checkpoint.ToString(null, CultureInfo.InvariantCulture);
            try
            {
                Save(checkpoints);
            }
            catch
            {
                // What is in memory must not say more than what is on the disk.
                if (before is null)
                {
                    checkpoints.Remove(key);
                }
                else
                {
                    checkpoints[key] = before;
                }

                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static string Key(string application, ShardId shard) => JsonEncodedText.Encode(application) + "|" + shard.Stream + "|" + shard.Shard;

    private SortedDictionary<string, string> Load()
    {
        if (_checkpoints is not null)
        {
            return _checkpoints;
        }

        var checkpoints = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(_path))
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(_path));
                foreach (var property in document.RootElement.EnumerateObject())
                {
                    var text = property.Value.GetString()!;
                    checkpoints[property.Name] = SequenceNumber.TryParse(text, out _) ? text : throw new FormatException($"'{property.Name}' holds no sequence number.");
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
            {
                // Starting over without being told would deliver everything again; going on would lose.
                throw new InvalidDataException($"The checkpoint file '{_path}' cannot be read. Mend it, or delete it to read from the beginning.", exception);
            }
        }

        return _checkpoints = checkpoints;
    }

    private void Save(SortedDictionary<string, string> checkpoints)
    {
        var directory = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(directory);
        var aside = _path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            using (var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartObject();
                foreach (var (key, checkpoint) in checkpoints)
                {
                    writer.WriteString(key, checkpoint);
                }

                writer.WriteEndObject();
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(aside, _path, overwrite: true);
    }
}
