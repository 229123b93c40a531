namespace TypedCdc.Sql.Tests;

/// <summary>One worker after the other writes the batches; each ends between two statements of its own, until one comes to the end.</summary>
internal static class CrashingWorkers
{
    /// <param name="start">Starts a worker on what the last one left; it calls what it is given before each statement.</param>
    /// <param name="delivered">The batches.</param>
    /// <param name="random">Decides at which statements they end.</param>
    /// <param name="first">The first one ends before this many statements.</param>
    /// <param name="next">So do those after it.</param>
    /// <returns>How many ended.</returns>
    public static async Task<int> WriteAsync<TSink>(Func<Action, Task<TSink>> start, IEnumerable<List<CdcRecord>> delivered, Random random, int first, int next)
        where TSink : ISink, IAsyncDisposable
    {
        var crashes = 0;
        var batches = new Queue<List<CdcRecord>>(delivered);
        var countdown = random.Next(1, first);
        while (batches.Count > 0)
        {
            try
            {
                // What is unfinished dies with the worker's connection.
                await using var sink = await start(() =>
                {
                    if (--countdown == 0)
                    {
                        throw new CrashedException();
                    }
                });
                while (batches.TryPeek(out var batch))
                {
                    await sink.WriteAsync(batch, default);
                    batches.Dequeue();
                }
            }
            catch (CrashedException)
            {
                crashes++;
                countdown = random.Next(1, next);
            }
        }

        return crashes;
    }
}
