using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.DeadLetters;

public class RedriveTests
{
    private readonly Journal _journal = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public async Task After_the_fix_dead_letters_go_to_whom_they_failed_in_their_order_and_at_their_positions()
    {
        using var first = new TestHost(null!);
        var file = first.File1(string.Join('\n', Enumerable.Range(1, 6).Select(user => Events.Insert(user, "a"))) + "\nbroken\n");
        var letters = Path.Combine(first.Directory, "letters.jsonl");
        _journal.Before = (change, _) => change is Inserted<Customer> { After.UserId: 2 or 5 } ? throw new InvalidOperationException("bug") : default;
        using (var failing = Host(cdc => cdc.FromFiles(file), letters))
        {
            await failing.RunAsync();
        }

        Assert.Equal(["+1 a", "+3 a", "+4 a", "+6 a"], _journal.Entries);
        Assert.Equal(6, _sink.Written.Count);
        Assert.Equal(3, File.ReadAllLines(letters).Length);

        // The order in the file is that of failing; that of delivery is the stream's.
        File.WriteAllLines(letters, File.ReadAllLines(letters).Reverse());
        var positions = new List<StreamPosition>();
        _journal.Before = (change, _) =>
        {
            positions.Add(change.Position);
            return default;
        };
        _journal.Entries.Clear();
        using var mended = Host(cdc => cdc.FromDeadLetters(letters), letters);
        await mended.RunAsync();

        Assert.Equal(["+2 a", "+5 a"], _journal.Entries);
        Assert.Equal(6, _sink.Written.Count);
        Assert.Equal([new StreamPosition(new(file, "0"), new(1_000_000_000_002)), new StreamPosition(new(file, "0"), new(1_000_000_000_005))], positions);

        // What is not a change record is still none.
        Assert.Equal("broken", DeadLetterJson.Read(Encoding.UTF8.GetBytes(Assert.Single(File.ReadAllLines(letters)))).Payload.ToArray() is var payload ? Encoding.UTF8.GetString(payload) : "");
        Assert.Single(Directory.GetFiles(first.Directory, "letters.jsonl.redriven-*"));
    }

    [Fact]
    public async Task A_redrive_that_was_cut_short_goes_on_and_one_without_letters_ends()
    {
        using var first = new TestHost(null!);
        var letters = Path.Combine(first.Directory, "letters.jsonl");
        using (var store = new JsonLinesDeadLetterStore(letters + ".redriving"))
        {
            await store.StoreAsync([Letter(1)], default);
        }

        using (var store = new JsonLinesDeadLetterStore(letters))
        {
            await store.StoreAsync([Letter(2)], default);
        }

        using var host = Host(cdc => cdc.FromDeadLetters(letters, o => o.KeepRedriven = false), letters);
        await host.RunAsync();
        Assert.Equal(["+1 a", "+2 a"], _journal.Entries);
        Assert.All(Directory.GetFiles(first.Directory, "letters*"), static left => Assert.True(left.EndsWith(".lock", StringComparison.Ordinal) || left.EndsWith(".owner", StringComparison.Ordinal), left));

        using var again = Host(cdc => cdc.FromDeadLetters(letters), letters);
        await again.RunAsync();
        Assert.Equal(2, _journal.Entries.Count);
    }

    [Fact]
    public async Task A_letter_for_somebody_who_is_not_there_stays_a_dead_letter()
    {
        using var first = new TestHost(null!);
        var letters = Path.Combine(first.Directory, "letters.jsonl");
        using (var store = new JsonLinesDeadLetterStore(letters))
        {
            await store.StoreAsync([Letter(1) with { Subscriber = "gone" }], default);
        }

        using var host = Host(cdc => cdc.FromDeadLetters(letters), letters);
        await host.RunAsync();
        Assert.Empty(_journal.Entries);

        // Under its own name, not as one for everybody: the next redrive must not give it to all the others.
        var kept = DeadLetterJson.Read(Encoding.UTF8.GetBytes(Assert.Single(File.ReadAllLines(letters))));
        Assert.Equal("gone", kept.Subscriber);
        Assert.Contains("'gone'", kept.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_no_dead_letter_is_an_error_before_anything_is_delivered()
    {
        using var first = new TestHost(null!);
        var letters = first.File1("{\"a\":1}\n", "letters.jsonl");
        using var host = Host(cdc => cdc.FromDeadLetters(letters), letters);
        var error = await Assert.ThrowsAsync<InvalidDataException>(host.RunAsync);
        Assert.StartsWith("Line 1 of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payloads_come_back_to_the_byte_text_or_not()
    {
        using var first = new TestHost(null!);
        var path = Path.Combine(first.Directory, "d", "letters.jsonl");
        byte[][] payloads = ["ordinary \"text\" \\ ä 😀"u8.ToArray(), [0xFF, 0x00, 0x80], [], "\uFEFFx"u8.ToArray(), [0xED, 0xA0, 0x80], "\r\n\u2028"u8.ToArray()];
        using var store = new JsonLinesDeadLetterStore(path);
        await store.StoreAsync([.. payloads.Select((payload, index) => Letter(index) with { Payload = payload })], default);
        var read = File.ReadAllLines(path).Select(line => DeadLetterJson.Read(Encoding.UTF8.GetBytes(line))).ToArray();
        Assert.Equal(payloads, read.Select(letter => letter.Payload.ToArray()));
        Assert.Equal(Letter(3) with { Payload = default }, read[3] with { Payload = default });
    }

    [Fact]
    public async Task Half_a_line_that_a_crash_left_is_not_glued_to_the_next()
    {
        using var first = new TestHost(null!);
        var path = first.File1("{\"half\":", "letters.jsonl");
        using var store = new JsonLinesDeadLetterStore(path);
        await store.StoreAsync([Letter(1)], default);
        await store.StoreAsync([Letter(2)], default);
        Assert.Equal(3, File.ReadAllLines(path).Length);
    }

    [Fact]
    public async Task A_dead_letter_that_a_crash_cut_off_is_removed_by_the_next_write()
    {
        using var first = new TestHost(null!);
        var path = Path.Combine(first.Directory, "letters.jsonl");
        using var store = new JsonLinesDeadLetterStore(path);
        await store.StoreAsync([Letter(1), Letter(2)], default);
        var whole = await File.ReadAllBytesAsync(path);
        foreach (var cut in (int[])[1, 2, 60, whole.Length / 3])
        {
            await File.WriteAllBytesAsync(path, whole[..^cut]);
            await store.StoreAsync([Letter(3)], default);
            var users = (await File.ReadAllLinesAsync(path))
                .Select(line => DeadLetterJson.Read(Encoding.UTF8.GetBytes(line)).Position.SequenceNumber.ToString(null, System.Globalization.CultureInfo.InvariantCulture))
                .ToList();
            Assert.Equal(cut == 1 ? ["1", "2", "3"] : ["1", "3"], users); // without its line end alone, the second is whole
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    public async Task A_redrive_leaves_out_a_last_line_that_a_crash_cut_off(int cut)
    {
        using var first = new TestHost(null!);
        var path = Path.Combine(first.Directory, "letters.jsonl");
        using (var store = new JsonLinesDeadLetterStore(path))
        {
            await store.StoreAsync([Letter(1), Letter(2)], default);
        }

        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^cut]);
        using var host = Host(cdc => cdc.FromDeadLetters(path), path + ".new");
        await host.RunAsync();
        Assert.Equal(["+1 a"], _journal.Entries);
        Assert.False(File.Exists(path));
    }

    private static DeadLetter Letter(long user) => new()
    {
        Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Application = "tests",
        Subscriber = "RecordingHandler",
        TableName = "hubert_dynamocdc",
        Operation = ChangeOperation.Insert,
        EventId = "e",
        Position = new(new("stream", "shard"), new((UInt128)user)),
        Range = new(3, 4),
        Attempts = 5,
        ExceptionType = "System.Exception",
        Message = "m",
        Payload = Encoding.UTF8.GetBytes(Events.Insert(user, "a")),
    };

    private TestHost Host(Action<CdcBuilder> configure, string letters) => new(
        cdc => configure(cdc.OnFailure(o => o.MaximumAttempts = 1).DeadLettersToFile(letters).Handle<Customer, RecordingHandler>().To(_sink)),
        builder => builder.Services.AddSingleton(_journal));
}
