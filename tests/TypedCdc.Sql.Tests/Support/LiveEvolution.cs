using System.Collections.Concurrent;
using TypedCdc.Decoding;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests;

/// <summary>
/// A model goes through its versions while workers with every version write to the table at once: each writes until it is told that its model is an older one, and what was
/// acknowledged must be there in the end.
/// </summary>
internal sealed class LiveEvolution(Func<Action<TableSetBuilder>, CdcModel, LogLines, Task<RelationalSink>> start)
{
    private readonly ConcurrentDictionary<int, int> _acknowledged = new(); // id → version
    private int _next;
    private int _time;

    /// <summary>What was acknowledged, as <c>id|name</c>.</summary>
    public string[] Expected => [.. _acknowledged.OrderBy(static one => one.Key).Select(static one => $"{one.Key}|v{one.Value}")];

    public LogLines Log { get; } = new();

    public Task<RelationalSink> StartAsync<T>(MigrationMode mode = MigrationMode.AddOnly) => start(
        tables =>
        {
            tables.Migrations = mode;
            tables.Add<T>();
        },
        CdcModel.Get<T>(),
        Log);

    /// <summary>Writes until the sink says that its model is an older one; returns how many writes were acknowledged.</summary>
    public async Task<int> WriteUntilOlderAsync(RelationalSink sink, string more, CancellationToken stop)
    {
        var writes = 0;
        while (!stop.IsCancellationRequested)
        {
            var time = Interlocked.Increment(ref _time);
            var ids = Enumerable.Range(0, 5).Select(_ => Interlocked.Increment(ref _next)).ToArray();
            try
            {
                await sink.WriteAsync([.. ids.Select(id => Record(id, time, more))], default);
            }
            catch (SchemaDriftException)
            {
                return writes;
            }
            catch (System.Data.Common.DbException error) when (error.IsTransient)
            {
                continue; // as delivery does
            }

            writes++;
            foreach (var id in ids)
            {
                _acknowledged[id] = time;
            }
        }

        return writes;
    }

    private static CdcRecord Record(int id, int time, string more) => TestRecord.Make(
        "MODIFY", "evolving", time, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"v{{{time}}}"}{{{more}}}}""");

    /// <summary>The whole way, for both databases.</summary>
    public async Task RunAsync(bool canWiden)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            await RunAsync(canWiden, stop);
        }
        finally
        {
            await stop.CancelAsync(); // a failure must not leave writers behind
        }
    }

    private async Task RunAsync(bool canWiden, CancellationTokenSource stop)
    {
        await using var first = await StartAsync<EvolvingV1>();
        Task<int>[] firstWriters = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => WriteUntilOlderAsync(first, "", stop.Token)))];
        await UntilAsync(20);

        // Nothing is to be changed: the plan is the error, and the writers never notice.
        var refused = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV2>(MigrationMode.Validate));
        Assert.Contains("ADD COLUMN", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherKey>());
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherType>(MigrationMode.Widen));
        var seen = _acknowledged.Count;
        await UntilAsync(seen + 20);

        // Workers with the new model come while the old ones write; those then stop.
        var secondStarts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => StartAsync<EvolvingV2>())));
        Assert.All(await Task.WhenAll(firstWriters), static writes => Assert.True(writes > 0));
        var secondWriters = secondStarts.Select(sink => Task.Run(() => WriteUntilOlderAsync(sink, ""","Age":{"N":"7"}""", stop.Token))).ToArray();
        await UntilAsync(_acknowledged.Count + 20);
        Assert.Single(Log.Lines, line => line.StartsWith("Information: Migrating", StringComparison.Ordinal) && line.Contains("\"photo\"", StringComparison.Ordinal));
        var lacking = Assert.Single(Log.Lines, line => line.StartsWith("Warning:", StringComparison.Ordinal));
        Assert.Matches(@"^Warning: [1-9][0-9]* row\(s\) of 'evolving' were written before columns 'age', 'photo' were added.*export the DynamoDB table", lacking);

        if (canWiden)
        {
            await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV3>());
        }

        await using var third = await StartAsync<EvolvingV3>(MigrationMode.Widen);
        await Task.WhenAll(secondWriters);
        var thirdWriter = Task.Run(() => WriteUntilOlderAsync(third, ""","Age":{"N":"5000000000"}""", stop.Token));
        await UntilAsync(_acknowledged.Count + 20);
        await stop.CancelAsync();
        Assert.True(await thirdWriter > 0);
        foreach (var sink in secondStarts)
        {
            await sink.DisposeAsync();
        }
    }

    private async Task UntilAsync(int acknowledged)
    {
        for (var waited = 0; _acknowledged.Count < acknowledged; waited++)
        {
            Assert.True(waited < 3_000, "The writers do not get on.");
            await Task.Delay(10);
        }
    }
}
