using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Changes;
using TypedCdc.Checkpoints;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Observability;
using TypedCdc.Sources;

namespace TypedCdc.Sql.Tests.DeadLetters;

/// <summary>What a table of dead letters promises, in any database.</summary>
internal static class DeadLetterScenarios
{
    private const long Second = 1_000_000;

    /// <summary>Every byte comes back, in the order of delivery, a page after the other; what comes again is one row.</summary>
    internal static async Task RoundTripAsync(IDeadLetterPlace place)
    {
        var archive = place.Open();
        await using var _ = Disposal(archive);
        await archive.StartAsync(default);
        await archive.StartAsync(default);
        var random = new Random(20261121);
        var wide = new string('9', 129);
        byte[] any = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var large = new byte[1024 * 1024];
        random.NextBytes(large);
        var letters = Enumerable.Range(1, 230).Select(number => Letter("child", number.ToString(CultureInfo.InvariantCulture) + "000000000000000000", any))
            .Append(Letter("child", wide, []))
            .Append(Letter("parent", "7", large))
            .Append(Letter("parent", "10", "\u0000\u0001 text"u8.ToArray()) with { Message = "a\0b \ud83d 😀", TableName = null, Operation = null, EventId = "", Subscriber = "(all)" })
            .Append(Letter("parent", "8", any) with { Position = default, Application = "other" })
            .ToArray();
        var shuffled = letters.ToArray();
        random.Shuffle(shuffled);
        await archive.StoreAsync(shuffled, default);
        await archive.StoreAsync([], default);

        var read = await ReadAsync(archive, new() { Application = "tests" });
        var expected = letters.Where(letter => letter.Application == "tests")
            .OrderBy(letter => letter.Position.Shard!.Shard == "parent" ? 0 : 1).ThenBy(letter => letter.Position.SequenceNumber).ToArray();
        Assert.Equal(expected.Select(letter => letter.Payload.ToArray()), read.Select(letter => letter.Letter.Payload.ToArray()));
        Assert.Equal(
            expected.Select(letter => letter with { Payload = default, Message = letter.Message.Replace('\0', '\uFFFD').Replace("\ud83d ", "\uFFFD ", StringComparison.Ordinal) }),
            read.Select(letter => letter.Letter with { Payload = default }));
        Assert.All(read, letter => Assert.Equal((1, null, letter.Letter.Time), (letter.Times, letter.RedrivenAt, letter.FirstTime)));

        // Again, because its answer was lost or the next run failed on it, too.
        await archive.StoreAsync([.. letters.Select(letter => letter with { Time = letter.Time.AddHours(1), Attempts = 9, Message = "again", Range = default })], default);
        var again = await ReadAsync(archive, new());
        Assert.Equal(letters.Length, again.Count);
        Assert.All(again, letter => Assert.Equal((2, 9, "again", letter.FirstTime.AddHours(1)), (letter.Times, letter.Letter.Attempts, letter.Letter.Message, letter.Letter.Time)));
        Assert.Equal(new ByteRange(3, 4), again[0].Letter.Range);

        var one = Assert.Single(await ReadAsync(archive, new() { Subscriber = "(all)", Application = "tests", WithoutPayload = true }));
        Assert.Equal((null, 0), (one.Letter.TableName, one.Letter.Payload.Length));
        Assert.Equal(letters.Length - 1, (await ReadAsync(archive, new() { TableName = "customers" })).Count);
        Assert.Equal([letters.Length.ToString(CultureInfo.InvariantCulture)], await place.RowsAsync("SELECT cast(count(*) AS text) FROM cdc_dead_letters WHERE redriven_at IS NULL"));
    }

    /// <summary>What was delivered is settled; what failed meanwhile is not.</summary>
    internal static async Task SettleAsync(IDeadLetterPlace place)
    {
        var archive = place.Open();
        await using var _ = Disposal(archive);
        await archive.StartAsync(default);
        await archive.StoreAsync([Letter("s", "1", [1]), Letter("s", "2", [2]), Letter("s", "3", [3])], default);
        var read = await ReadAsync(archive, new());
        await archive.StoreAsync([Letter("s", "2", [2])], default);
        await archive.SettleAsync([read[0], read[1]], keep: true, default);
        await archive.SettleAsync([read[2]], keep: false, default);
        await archive.SettleAsync([], keep: false, default);
        var left = Assert.Single(await ReadAsync(archive, new()));
        Assert.Equal((2, new SequenceNumber(2)), (left.Times, left.Letter.Position.SequenceNumber));
        var all = await ReadAsync(archive, new() { IncludeRedriven = true });
        Assert.Equal(2, all.Count);
        Assert.InRange(all[0].RedrivenAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));

        // One that was delivered and fails again later is pending again.
        await archive.StoreAsync([Letter("s", "1", [1])], default);
        Assert.Equal(2, (await ReadAsync(archive, new())).Count);
    }

    /// <summary>
    /// A sink refuses some items and a handler fails on others; the mistake is mended; the dead letters are delivered again while newer changes of the same items arrive, before or after
    /// them. The table ends as the newest changes say, and the handler gets what it missed in the stream's order, once.
    /// </summary>
    internal static async Task RedriveAsync(IDeadLetterPlace place, bool newerFirst)
    {
        // Once in the database of the dead letters themselves: both write to it at the same time.
        using var another = new SqliteFixture();
        var database = !newerFirst && place is SqliteDeadLetterPlace same ? same.Database : another;
        using var run = new Run(place, database);
        run.Write("first.jsonl", Enumerable.Range(1, 6).SelectMany(user => new[] { Record("INSERT", user, 1, "a"), Record("MODIFY", user, 2, "b") }));
        run.Refuses = user => user is 2 or 5;
        run.Fails = user => user is 3;
        await run.RunAsync(cdc => cdc.FromFiles(run.PathOf("first.jsonl")));
        Assert.Equal(["1|b", "3|b", "4|b", "6|b"], database.Rows("SELECT userid, first_name FROM customers ORDER BY userid"));
        Assert.Equal(["Greeter|2", "tables|4"], await place.RowsAsync("SELECT subscriber, cast(count(*) AS text) FROM cdc_dead_letters WHERE redriven_at IS NULL GROUP BY subscriber ORDER BY subscriber"));
        Assert.DoesNotContain("userid", string.Concat(await place.RowsAsync("SELECT message FROM cdc_dead_letters")), StringComparison.Ordinal);
        run.Greeted.Clear();

        // Item 5 still fails: its letters stay, whatever is delivered beside them.
        run.Refuses = user => user is 5;
        run.Fails = _ => false;
        run.Write("newer.jsonl", [Record("MODIFY", 2, 3, "c"), Record("MODIFY", 7, 3, "c")]);
        if (newerFirst)
        {
            await run.RunAsync(cdc => cdc.FromFiles(run.PathOf("newer.jsonl")));
            Assert.Equal(["2|c", "7|c"], database.Rows("SELECT userid, first_name FROM customers WHERE userid IN (2, 7) ORDER BY userid"));
            await run.RunAsync(cdc => place.Redrive(cdc));
        }
        else
        {
            await run.RunAsync(cdc => place.Redrive(cdc.FromFiles(run.PathOf("newer.jsonl"))));
        }

        Assert.Equal(["1|b", "2|c", "3|b", "4|b", "6|b", "7|c"], database.Rows("SELECT userid, first_name FROM customers ORDER BY userid"));
        Assert.Equal(["3a", "3b"], run.Greeted.Where(greeting => greeting[0] == '3'));
        Assert.Equal(["2c", "7c"], run.Greeted.Where(greeting => greeting[0] != '3').Order(StringComparer.Ordinal));
        Assert.Equal(["tables|2|2"], await place.RowsAsync("SELECT subscriber, cast(count(*) AS text), cast(min(times) AS text) FROM cdc_dead_letters WHERE redriven_at IS NULL GROUP BY subscriber"));

        // All is mended; of a removal that came meanwhile nothing rises again.
        run.Refuses = _ => false;
        run.Write("last.jsonl", [Record("REMOVE", 5, 4, null)]);
        await run.RunAsync(cdc => cdc.FromFiles(run.PathOf("last.jsonl")));
        await run.RunAsync(cdc => place.Redrive(cdc, o => o.KeepRedriven = false));
        Assert.Equal(["1|b", "2|c", "3|b", "4|b", "6|b", "7|c"], database.Rows("SELECT userid, first_name FROM customers ORDER BY userid"));
        Assert.Equal(["0|4"], await place.RowsAsync("SELECT cast(count(*) - count(redriven_at) AS text), cast(count(*) AS text) FROM cdc_dead_letters"));
        run.Greeted.Clear();
        await run.RunAsync(cdc => place.Redrive(cdc));
        Assert.Empty(run.Greeted);
    }

    /// <summary>While the store is down nothing passes the record, and somebody is told; when it is back, nothing is lost.</summary>
    internal static async Task StoreDownAsync(IDeadLetterPlace place)
    {
        using var database = new SqliteFixture();
        using var run = new Run(place, database);
        run.Write("events.jsonl", Enumerable.Range(1, 30).Select(user => Record("INSERT", user, 1, "a")));
        run.Fails = user => user == 10;
        var reached = new TaskCompletionSource();
        var resume = new TaskCompletionSource();
        run.Before = user =>
        {
            if (user != 10)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return resume.Task;
        };
        var checkpoints = new FileCheckpointStore(run.PathOf("checkpoints.json"));
        var shard = new ShardId(run.PathOf("events.jsonl"), "0");
        using var host = run.Build(cdc => cdc.FromFiles(run.PathOf("events.jsonl"), o => o.Checkpoints = checkpoints), stopsWhenDone: false);
        await host.StartAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // Out of the way, and something in its place: a table that is merely gone is made again.
        await place.ExecuteAsync("ALTER TABLE cdc_dead_letters RENAME TO away");
        await place.ExecuteAsync("CREATE VIEW cdc_dead_letters AS SELECT 1 AS unused");
        resume.SetResult();
        var health = host.Services.GetRequiredService<CdcHealth>();
        await UntilAsync(() => health.Alarms.Any(alarm => alarm is { Subscriber: "(dead letters)", Attempts: >= 2 }));
        Assert.Equal(9, run.Greeted.Count); // the order of the handler's only lane holds
        Assert.True(await checkpoints.ReadAsync("tests", shard, default) is not { } checkpoint || checkpoint < new SequenceNumber(1_000_000_000_010), "The checkpoint passed a record that is nowhere.");

        await place.ExecuteAsync("DROP VIEW cdc_dead_letters");
        await place.ExecuteAsync("ALTER TABLE away RENAME TO cdc_dead_letters");
        await UntilAsync(() => run.Greeted.Count == 29);
        await host.StopAsync();
        Assert.Empty(health.Alarms);
        Assert.Equal(["Greeter|1"], await place.RowsAsync("SELECT subscriber, cast(times AS text) FROM cdc_dead_letters"));
    }

    internal static async Task<List<StoredDeadLetter>> ReadAsync(IDeadLetterArchive archive, DeadLetterQuery query)
    {
        var letters = new List<StoredDeadLetter>();
        await foreach (var letter in archive.ReadAsync(query, default))
        {
            letters.Add(letter);
        }

        return letters;
    }

    internal static IAsyncDisposable Disposal(IDeadLetterArchive archive) => new Disposing(archive);

    internal static DeadLetter Letter(string shard, string number, byte[] payload) => new()
    {
        Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Application = "tests",
        Subscriber = "Greeter",
        TableName = "customers",
        Operation = ChangeOperation.Insert,
        EventId = "e",
        Position = new(new("stream", shard), SequenceNumber.Parse(number)),
        Range = new(3, 4),
        Attempts = 5,
        ExceptionType = "System.Exception",
        Message = "m",
        Payload = payload,
    };

    private static string Record(string operation, int user, int second, string? name)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{user}}}"}}""");
        var image = name is null ? "" : string.Create(CultureInfo.InvariantCulture, $$$""","NewImage":{"userid":{"N":"{{{user}}}"},"first_name":{"S":"{{{name}}}"}}""");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"eventName":"{{{operation}}}","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":{{{1_700_000_000 * Second + second * Second}}},"ApproximateCreationDateTimePrecision":"MICROSECOND","Keys":{{{key}}}{{{image}}}}}""");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come to be so in time.");
            await Task.Delay(10);
        }
    }

    private sealed class Disposing(IDeadLetterArchive archive) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            (archive as IDisposable)?.Dispose();
            if (archive is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }
}
