using System.Globalization;

namespace TypedCdc.JsonLines;

/// <summary>
/// An append-only file of lines. What was appended is on the disk when the call returns; what a crash left behind of an append that did not return is taken away when the file is
/// opened again, so that no half line is ever taken for a whole one.
/// </summary>
internal sealed class LineFile : IDisposable
{
    // More than any one append that the pipeline makes: only in its bytes can a crash have left holes.
    private const int TailBytes = 64 * 1024 * 1024;

    private readonly string _path;
    private FileStream? _file;
    private FileStream? _lock;

    /// <param name="path">The file's full path.</param>
    public LineFile(string path) => _path = path;

    /// <summary>For tests: called before each change of the file system, with its name.</summary>
    public Action<string>? BeforeStep { get; init; }

    /// <summary>How long the file is.</summary>
    public long Length => Open().Length;

    /// <summary>When something was written last, UTC; meaningful where <see cref="Length"/> is above 0.</summary>
    public DateTime LastWrite => File.GetLastWriteTimeUtc(_path);

    /// <summary>Appends whole lines; none of them is there after an exception, but one that says that the disk failed.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> lines)
    {
        var file = Open();
        var end = file.Length;
        try
        {
            BeforeStep?.Invoke("write");
            file.Position = end;
            await file.WriteAsync(lines, CancellationToken.None); // never cut short by a cancellation: half a line would stay
            BeforeStep?.Invoke("flush");
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // The next opening repairs what cannot be taken back now.
            TryTakeBack(file, end);
            Close();
            throw;
        }
    }

    /// <summary>Puts the file aside under a name with the time in it, <c>changes-20240712T011742123Z.jsonl</c>; the next append begins a new one.</summary>
    public void PutAside(DateTimeOffset now)
    {
        Close();
        var directory = Path.GetDirectoryName(_path)!;
        var stem = $"{Path.GetFileNameWithoutExtension(_path)}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        var target = Path.Combine(directory, stem + Path.GetExtension(_path));
        for (var number = 2; File.Exists(target); number++)
        {
            target = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}{Path.GetExtension(_path)}"));
        }

        BeforeStep?.Invoke("move");
        File.Move(_path, target);
    }

    public void Dispose()
    {
        Close();
        _lock?.Dispose();
        _lock = null;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        if (_file is not null)
        {
            return _file;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        Lock();
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete, // anyone may follow it or take it away
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(_path, options);
        try
        {
            Repair(file);
            return _file = file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A file of its own says who writes: locks of the file itself would, on Unix, keep either its readers or nobody away. The lock ends with its
    /// process; its file stays, since two could otherwise hold two files of one name.</summary>
    private void Lock()
    {
        try
        {
            _lock ??= new(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException error)
        {
            throw new IOException($"'{_path}' cannot be written: another sink writes it, or its folder does not let us. Give each sink a path of its own.", error);
        }
    }

    /// <summary>Takes away what stands behind the last line that is whole: a line without its end, and bytes that never reached the disk, which are read as zeros.</summary>
    private static void Repair(FileStream file)
    {
        var tail = new byte[Math.Min(file.Length, TailBytes)];
        var start = file.Length - tail.Length;
        file.Position = start;
        file.ReadExactly(tail);
        var zero = tail.AsSpan().IndexOf((byte)0);
        ReadOnlySpan<byte> sound = zero < 0 ? tail : tail.AsSpan(0, zero);
        var whole = start + sound.LastIndexOf((byte)'\n') + 1;
        if (whole < file.Length)
        {
            // Half a line of ours begins as a line of ours does. What does not is somebody else's, and not ours to cut.
            var rest = sound[(sound.LastIndexOf((byte)'\n') + 1)..];
            var begins = rest[..Math.Min(rest.Length, ChangeLine.Beginning.Length)];
            if ((whole == start && start > 0) || !ChangeLine.Beginning.StartsWith(begins))
            {
                throw new InvalidDataException($"'{file.Name}' does not end in lines: it was not written by this sink. Move it away, or give the sink another path.");
            }

            file.SetLength(whole);
            file.Flush(flushToDisk: true);
        }
    }

    private static void TryTakeBack(FileStream file, long length)
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
