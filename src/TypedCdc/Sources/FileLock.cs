using System.Globalization;

namespace TypedCdc.Sources;

/// <summary>
/// Keeps other processes away from a file of ours: the operating system's lock on a file beside it, which ends with the process however that ends. A second file says who holds it. The
/// stores of one process share the lock.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Held> All = new(StringComparer.Ordinal);

    private readonly string _path;
    private bool _isReleased;

    private FileLock(string path) => _path = path;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The full path of the file that is protected.</param>
    /// <param name="what">What the file is, for the error: "checkpoint file".</param>
    /// <exception cref="CdcConfigurationException">Another process has it; the message names the process.</exception>
    public static FileLock Take(string path, string what)
    {
        lock (Gate)
        {
            if (!All.TryGetValue(path, out var held))
            {
                All.Add(path, held = new(Open(path, what)));
            }

            held.Count++;
            return new(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_isReleased)
            {
                return;
            }

            _isReleased = true;
            var held = All[_path];
            if (--held.Count == 0)
            {
                All.Remove(_path);
                File.Delete(_path + ".owner");
                held.File.Dispose(); // its file stays: two processes could otherwise hold two files of one name
            }
        }
    }

    private static FileStream Open(string path, string what)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var owner = path + ".owner";
        FileStream file;
        try
        {
            file = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException error) when (error is not DirectoryNotFoundException)
        {
            throw new CdcConfigurationException(
                $"The {what} '{path}' is in use by {OwnerOf(owner)}. Two processes would overwrite each other's entries. Stop that process, or give this one a file of its own.", error);
        }

        try
        {
            // Beside the lock, because a locked file cannot be read.
            File.WriteAllText(owner, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}"));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string OwnerOf(string owner)
    {
        try
        {
            return File.ReadAllText(owner);
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    private sealed class Held(FileStream file)
    {
        public FileStream File => file;

        public int Count { get; set; }
    }
}
