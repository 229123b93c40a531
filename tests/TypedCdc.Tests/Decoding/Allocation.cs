namespace TypedCdc.Tests.Decoding;

/// <summary>Counts what an action allocates.</summary>
internal static class Allocation
{
    private static object? _keep;

    /// <summary>Keeps an object from being optimised away.</summary>
    internal static void Keep(object? value) => _keep = value;

    /// <summary>The least of several runs: the runtime may allocate for itself in between, never less.</summary>
    internal static long Of(Action action)
    {
        for (var i = 0; i < 50; i++)
        {
            action();
        }

        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        GC.KeepAlive(_keep);
        return least;
    }
}
