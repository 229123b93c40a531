using System.Buffers;
using TypedCdc.Sources;

namespace TypedCdc.DeadLetters;

/// <summary>
/// Appends dead letters to a file of JSON lines. The file is for its owner only (mode 0600): it holds whole records. Every write is flushed to the disk before it counts.
/// </summary>
/// <remarks>
/// The file is opened for each write alone, so that it can be taken away to be delivered again (<c>cdc.FromDeadLetters</c>) while a worker runs. Only one process writes it: a second one
/// ends with an error that names the first.
/// </remarks>
public sealed class JsonLinesDeadLetterStore : IDeadLetterStore, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // one writer at a time
    private readonly string _path;
    private FileLock? _lock; // from the start, or the first dead letter on

    /// <param name="path">The file; made with its directories at the first dead letter.</param>
    public JsonLinesDeadLetterStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _path;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _lock ??= FileLock.Take(_path, "dead-letter file");
        return default;
    }

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
                // Removes a part of a line, as far as the disk allows; else the next opening does.
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
    public void Dispose()
    {
        _lock?.Dispose();
        _gate.Dispose();
    }

    private FileStream Open()
    {
        _lock ??= FileLock.Take(_path, "dead-letter file");
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

    /// <summary>
    /// A crash while writing may have left a part of a line. Its record was not acknowledged and is delivered again: the part is removed. A whole line that only lacks its end, as an
    /// editor may leave it, is kept.
    /// </summary>
    private static void EndLastLine(FileStream file)
    {
        var start = LastLine(file);
        if (start == file.Length)
        {
            return;
        }

        var line = new byte[checked((int)(file.Length - start))];
        file.Position = start;
        file.ReadExactly(line);
        if (DeadLetters.DeadLetterJson.IsTorn(line))
        {
            file.SetLength(start);
        }
        else
        {
            file.WriteByte((byte)'\n');
        }
    }

    // Where the last line begins; the file's length where the file ends with a line's end, or is empty.
    private static long LastLine(FileStream file)
    {
        var block = new byte[64 * 1024];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            var part = block.AsSpan(0, (int)(end - start));
            file.Position = start;
            file.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is >= 0 and var found)
            {
                return start + found + 1;
            }

            end = start;
        }

        return 0;
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
