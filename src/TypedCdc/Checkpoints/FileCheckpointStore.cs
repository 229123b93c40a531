using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using TypedCdc.Sources;

namespace TypedCdc.Checkpoints;

/// <summary>
/// Keeps the checkpoints of one application's shards in a JSON file. Written aside, flushed to the disk and renamed over the old one, so that a crash leaves either the old or the new.
/// For one process at a time: a second one ends with an error that names the first. Several workers need leases.
/// </summary>
public sealed class FileCheckpointStore : ICheckpointStore, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // one reader or writer at a time
    private readonly Lock _groups = new();            // guards _open and what is in it
    private readonly string _path;
    private FileLock? _lock;                          // from the first use on
    private Group _open = new();                      // takes the checkpoints of those who write next
    private SortedDictionary<string, string>? _checkpoints; // by application, stream and shard; null before the file is read

    /// <summary>For tests: held while the file is read or written.</summary>
    internal SemaphoreSlim Gate => _gate;

    /// <summary>For tests: how often the file was written.</summary>
    internal int Saves { get; private set; }

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
        // A flush costs the same for one checkpoint and for a hundred: those that come while one is under way go together with the next.
        Group group;
        lock (_groups)
        {
            group = _open;
            group.Checkpoints[Key(application, shard)] = checkpoint.ToString(null, CultureInfo.InvariantCulture);
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (group.State == GroupState.Open)
            {
                SaveGroup(group);
            }
        }
        finally
        {
            _gate.Release();
        }

        group.Error?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock?.Dispose();
        _gate.Dispose();
    }

    private static string Key(string application, ShardId shard) => JsonEncodedText.Encode(application) + "|" + shard.Stream + "|" + shard.Shard;

    /// <summary>Saves a group for all who are in it; the first that comes does it. The caller holds the gate.</summary>
    private void SaveGroup(Group group)
    {
        lock (_groups)
        {
            _open = new();
        }

        try
        {
            // In memory only when it is on the disk: what is read must not say more.
            var checkpoints = new SortedDictionary<string, string>(Load(), StringComparer.Ordinal);
            foreach (var (key, checkpoint) in group.Checkpoints)
            {
                checkpoints[key] = checkpoint;
            }

            Save(checkpoints);
            _checkpoints = checkpoints;
        }
        catch (Exception exception)
        {
            group.Error = ExceptionDispatchInfo.Capture(exception);
        }

        group.State = GroupState.Ended;
    }

    private SortedDictionary<string, string> Load()
    {
        if (_checkpoints is not null)
        {
            return _checkpoints;
        }

        _lock ??= FileLock.Take(_path, "checkpoint file");
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
                throw new InvalidDataException($"The checkpoint file '{_path}' cannot be read. Restore it from a backup, or delete it to read from the beginning.", exception);
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
        Saves++;
    }

    /// <summary>Checkpoints that are saved together.</summary>
    private sealed class Group
    {
        internal Dictionary<string, string> Checkpoints { get; } = new(StringComparer.Ordinal);

        internal GroupState State { get; set; }

        /// <summary>Why it could not be saved; null where it was.</summary>
        internal ExceptionDispatchInfo? Error { get; set; }
    }

    private enum GroupState : byte
    {
        Open,
        Ended,
    }
}
