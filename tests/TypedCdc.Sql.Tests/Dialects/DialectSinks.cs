namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Sinks over any store.</summary>
internal static class DialectSinks
{
    public static async Task<RelationalSink> StartAsync(IRelationalStore store, Action<TableSetBuilder>? tables = null, TimeProvider? time = null, params CdcModel[] models)
    {
        var builder = new TableSetBuilder();
        (tables ?? (static tables => tables.Add<Customer>()))(builder);
        var sink = new RelationalSink(builder.Build(), store);
        await sink.StartAsync(SqliteFixture.Context(time, models), default);
        return sink;
    }

    public static async Task WriteAsync(this RelationalSink sink, IEnumerable<List<CdcRecord>> batches)
    {
        foreach (var batch in batches)
        {
            await sink.WriteAsync(batch, default);
        }
    }

    /// <summary>A worker after the other writes the batches; each ends between two statements of its own, until one comes to the end.</summary>
    public static async Task<int> WriteCrashingAsync(Func<Func<SqlStatement, SqlStatement?>, IRelationalStore> open, IEnumerable<List<CdcRecord>> delivered, Random random)
    {
        var crashes = 0;
        var countdown = random.Next(1, 35);
        var batches = new Queue<List<CdcRecord>>(delivered);
        while (batches.Count > 0)
        {
            try
            {
                await using var sink = await StartAsync(open(statement => --countdown == 0 ? throw new CrashedException() : statement));
                while (batches.TryPeek(out var batch))
                {
                    await sink.WriteAsync(batch, default);
                    batches.Dequeue();
                }
            }
            catch (CrashedException)
            {
                crashes++;
                countdown = random.Next(1, 35);
            }
        }

        return crashes;
    }
}
