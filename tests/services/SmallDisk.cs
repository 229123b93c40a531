using System.Diagnostics;
using System.Globalization;

namespace TypedCdc.Services;

/// <summary>A disk of a few megabytes that can really be full: a tmpfs in a temporary folder. Mounting takes root's rights.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Its folder.</summary>
    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one.</summary>
    /// <exception cref="InvalidOperationException">It may not be mounted here.</exception>
    public static SmallDisk Mount(int megabytes)
    {
        var path = Directory.CreateTempSubdirectory("typedcdc-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", path) != 0)
        {
            Directory.Delete(path);
            throw new InvalidOperationException("A tmpfs cannot be mounted here: that takes root's rights, and in a container the capability SYS_ADMIN.");
        }

        return new(path);
    }

    /// <summary>Lets PostgreSQL's user make a tablespace of it.</summary>
    public Task GiveToPostgreSqlAsync() => PostgreSql.GiveToServerAsync(Path);

    /// <summary>Takes all the room that is left but some.</summary>
    public void Fill(long bytesLeft)
    {
        var room = new DriveInfo(Path).AvailableFreeSpace - bytesLeft;
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var piece = new byte[64 * 1024];
        try
        {
            for (; room > 0; room -= piece.Length)
                file.Write(piece, 0, (int)Math.Min(room, piece.Length));
        }
        catch (IOException) when (bytesLeft == 0)
        {
            // Others write too: it is full a little earlier.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Lets nothing be written any more. No file on it may be open for writing.</summary>
    public void MakeReadOnly() => Remount("ro");

    /// <summary>Lets it be written again.</summary>
    public void MakeWritable() => Remount("rw");

    private void Remount(string how)
    {
        if (Run("mount", "-o", "remount," + how, Path) != 0)
            throw new InvalidOperationException($"The small disk cannot be mounted {how}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A database that is still open must not keep the mount: lazily.
        Run("umount", "-l", Path);
        Directory.Delete(Path, recursive: true);
    }

    private static int Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}

/// <summary>
/// A test that needs a small disk. Where nothing may be mounted it fails under CI and under <c>tests/run.sh</c>; a plain <c>dotnet test</c> skips it and says why.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : Xunit.FactAttribute
{
    private static readonly string? Missing = Installed.IsRequired ? null : Try();

    /// <summary>Asks whether one can be mounted.</summary>
    public SmallDiskFactAttribute() => Skip = Missing;

    private static string? Try()
    {
        try
        {
            SmallDisk.Mount(1).Dispose();
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return exception.Message;
        }
    }
}
