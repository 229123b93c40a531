using System.Globalization;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>
/// Processor time in µs, by the scheduler's own count (Linux documentation, "Scheduler Statistics", /proc/PID/schedstat): what a row costs whatever else the machine does meanwhile. Nothing
/// where there is no such file.
/// </summary>
internal static class CpuTime
{
    /// <summary>This process's, with its threads that have ended.</summary>
    public static double OfThisProcess() => OperatingSystem.IsWindows() ? double.NaN : Environment.CpuUsage.TotalTime.TotalMicroseconds;

    /// <summary>A server's and its children's.</summary>
    /// <param name="child">The number of one of the children.</param>
    public static double OfServer(int child)
    {
        if (!Directory.Exists("/proc/self/task"))
        {
            return double.NaN;
        }

        var parent = ParentOf(child);
        return Directory.EnumerateDirectories("/proc")
            .Select(static directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : 0)
            .Where(process => process > 0 && (process == parent || ParentOf(process) == parent))
            .Sum(Of);
    }

    private static double Of(int process)
    {
        try
        {
            return double.Parse(File.ReadAllText($"/proc/{process}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1_000; // PostgreSQL's processes have one thread each
        }
        catch (IOException)
        {
            return 0; // has ended
        }
    }

    // "1234 (postgres: checkpointer) S 1200 …"
    private static int ParentOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
