using System.IO.Enumeration;

namespace TypedCdc.Files;

/// <summary>Finds the files of a pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> for any directories, or a plain path.</summary>
internal static class FilePattern
{
    private static readonly char[] Separators = OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];

    // A link to a directory above it would have no end.
    private static readonly EnumerationOptions WithoutLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Full paths, sorted bytewise so that every machine reads in the same order.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static IReadOnlyList<string> Find(string pattern)
    {
        var found = new List<string>();
        if (File.Exists(pattern))
        {
            found.Add(Path.GetFullPath(pattern)); // also a file whose name holds a star
        }
        else if (Directory.Exists(pattern))
        {
            throw new FileNotFoundException($"'{pattern}' is a directory. Say which files in it: '{pattern.TrimEnd(Separators)}/*.jsonl'.", pattern);
        }
        else
        {
            var segments = pattern.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
            var root = Path.IsPathRooted(pattern) ? Path.GetPathRoot(pattern)! : ".";
            if (Path.IsPathRooted(pattern) && root.Length > 1)
            {
                segments = segments[1..]; // the drive
            }

            Find(root, segments, found);
        }

        if (found.Count == 0)
        {
            throw new FileNotFoundException(
                $"No file matches '{pattern}' (from '{Directory.GetCurrentDirectory()}'). Check the path; '*' stands for characters in one name, '**' for directories.", pattern);
        }

        found.Sort(StringComparer.Ordinal);
        return found.Distinct(StringComparer.Ordinal).ToList();
    }

    private static void Find(string directory, ReadOnlySpan<string> segments, List<string> found)
    {
        if (segments.IsEmpty || !Directory.Exists(directory))
        {
            return;
        }

        var segment = segments[0];
        var rest = segments[1..];
        if (segment == "**")
        {
            Find(directory, rest.IsEmpty ? ["*"] : rest, found);
            foreach (var child in Directory.EnumerateDirectories(directory, "*", WithoutLinks))
            {
                Find(child, segments, found);
            }

            return;
        }

        if (!segment.AsSpan().ContainsAny('*', '?'))
        {
            var path = Path.Combine(directory, segment);
            if (!rest.IsEmpty)
            {
                Find(path, rest, found);
            }
            else if (File.Exists(path))
            {
                found.Add(Path.GetFullPath(path));
            }

            return;
        }

        foreach (var entry in rest.IsEmpty ? Directory.EnumerateFiles(directory) : Directory.EnumerateDirectories(directory))
        {
            if (FileSystemName.MatchesSimpleExpression(segment, Path.GetFileName(entry), ignoreCase: OperatingSystem.IsWindows()))
            {
                if (rest.IsEmpty)
                {
                    found.Add(Path.GetFullPath(entry));
                }
                else
                {
                    Find(entry, rest, found);
                }
            }
        }
    }
}
