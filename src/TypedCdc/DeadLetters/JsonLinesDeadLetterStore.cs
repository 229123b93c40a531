using System.Buffers;

namespace TypedCdc.DeadLetters;

/// <summary>
/// Appends dead letters to a file of JSON lines. The file is for its owner only (mode 0600): it holds whole records. Every write is flushed to the disk before it counts.
/// </summary>
/// <remarks>The file is opened for each write alone, so that it can be taken away to be delivered again (<c>cdc.FromDeadLetters</c>) while a worker runs.</remarks>
public sealed class JsonLinesDeadLetterStore : IDeadLetterStore, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // one writer at a time
    private readonly string _path;

    /// <param name="path">The file; made with its directories at the first dead letter.</param>
    public JsonLinesDeadLetterStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _path;

    /// <inheritdoc/>
    public async ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var letter in deadLetters)
        {
            DeadLetters.DeadLetterJson.Write(lines, letter);
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            await using var file = Open();
            var end = file.Length;
            try
            {
                file.Position = end;
                await file.WriteAsync(lines.WrittenMemory, CancellationToken.None);
                file.Flush(flushToDisk: true);
            }
            catch
            {
                // Takes a half-written line away again, as far as the disk lets us; else the next opening ends it.
                TrySetLength(file, end);
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

    private FileStream Open()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_path)!);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // one that takes the file away waits for us, and we for it
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(_path, options);
        try
        {
            EndLastLine(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A crash may have left half a line; the next dead letter must not be glued to it.</summary>
    private static void EndLastLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return;
        }

        file.Position = file.Length - 1;
        if (file.ReadByte() != '\n')
        {
            file.WriteByte((byte)'\n');
        }
    }

    private static void TrySetLength(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The write's own error is what counts.
        }
    }
}
