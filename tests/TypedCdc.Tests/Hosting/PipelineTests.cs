using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Files;

namespace TypedCdc.Tests.Hosting;

public class PipelineTests
{
    private readonly Journal _journal = new();
    private readonly RecordingSink _sink = new();

    private TestHost Host(Action<CdcBuilder> configure) => new(configure, builder => builder.Services.AddSingleton(_journal));

    [Fact]
    public async Task The_captured_events_go_from_a_file_to_a_handler_and_sinks()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "assets", "captured-events.jsonl");
        var typed = new RecordingTypedSink();
        using var host = Host(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>().To(_sink).To(typed).Model<SensorReading>());
        await host.RunAsync();

        Assert.Equal(["~8 K2zqYSK->gX8fQ2n first_name,last_name"], _journal.Entries);
        Assert.Equal(File.ReadAllLines(file), _sink.Written);
        Assert.Equal("gX8fQ2n", Assert.IsType<Modified<Customer>>(typed.Written.Single()).After.FirstName);
        Assert.Equal("events: 4, inserted: 1, modified: 2, removed: 1, dead-lettered: 0, unknown: 0", host.Statistics.ToString());
        Assert.Equal(["hubert_dynamocdc", "table-testdrive"], host.Statistics.Tables.Select(table => table.TableName));
        Assert.Equal(new SequenceNumber(1_000_000_000_001), typed.Written.Single().Position.SequenceNumber);
        Assert.Equal(file, typed.Written.Single().Position.Stream);
    }

    [Fact]
    public async Task Gzip_is_known_by_its_bytes_and_files_come_in_the_order_of_their_paths()
    {
        using var host = Host(null!);
        var first = Path.Combine(host.Directory, "a.jsonl");
        await using (var gzip = new GZipStream(File.Create(first), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Events.Insert(1, "a") + "\n"));
        }

        host.File1(Events.Modify(1, "a", "b") + "\n", "b.jsonl");
        Directory.CreateDirectory(Path.Combine(host.Directory, "c", "d"));
        host.File1(Events.Remove(1, "b"), "c/d/e.jsonl");
        var progress = new List<FileProgress>();
        using var run = Host(cdc => cdc
            .FromFiles(Path.Combine(host.Directory, "**", "*.jsonl"), options => options.Progress = new Immediate(progress.Add))
            .Handle<Customer, RecordingHandler>());
        await run.RunAsync();

        Assert.Equal(["+1 a", "~1 a->b first_name", "-1"], _journal.Entries);
        Assert.Equal([1, 2, 3], progress.Select(told => told.File));
        Assert.All(progress, told => Assert.True(told is { IsComplete: true, Files: 3, Records: 1 }));
    }

    [Fact]
    public async Task Gzip_may_have_several_members()
    {
        using var files = Host(null!);
        var path = Path.Combine(files.Directory, "members.gz");
        for (var user = 0; user < 3; user++)
        {
            await using var file = new FileStream(path, FileMode.Append);
            await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
            gzip.Write(Encoding.UTF8.GetBytes(Events.Insert(user, "a") + "\n"));
        }

        using var host = Host(cdc => cdc.FromFiles(path).Handle<Customer, RecordingHandler>());
        await host.RunAsync();
        Assert.Equal(["+0 a", "+1 a", "+2 a"], _journal.Entries);
    }

    [Fact]
    public async Task A_missing_file_is_an_error_that_names_the_pattern()
    {
        using var host = Host(cdc => cdc.FromFiles("/nowhere/*.jsonl").Handle<Customer, RecordingHandler>());
        var error = await Assert.ThrowsAsync<FileNotFoundException>(host.RunAsync);
        Assert.Contains("No file matches '/nowhere/*.jsonl'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_gzip_is_an_error_and_what_came_before_is_delivered()
    {
        using var files = Host(null!);
        var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var user = 0; user < 5_000; user++)
            {
                gzip.Write(Encoding.UTF8.GetBytes(Events.Insert(user, Guid.NewGuid().ToString()) + "\n"));
            }
        }

        var path = Path.Combine(files.Directory, "cut.gz");
        var bytes = compressed.ToArray();
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        using var host = Host(cdc => cdc.FromFiles(path).Handle<Customer, RecordingHandler>());
        var error = await Assert.ThrowsAnyAsync<Exception>(host.RunAsync);

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.InRange(_journal.Entries.Count, 1_000, 4_999);
        Assert.Equal(_journal.Entries.Count, host.Statistics.Inserted);
    }

    /// <summary>Peer bug 1.</summary>
    [Fact]
    public async Task What_is_not_json_is_one_dead_letter_with_its_byte_range_and_its_neighbours_come_once()
    {
        var before = Events.Insert(1, "a") + "\n";
        using var host = Host(null!);
        var file = host.File1(before + "{broken\n" + Events.Insert(2, "b") + "\n");
        using var run = Host(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>().To(_sink));
        await run.RunAsync();

        Assert.Equal(["+1 a", "+2 b"], _journal.Entries);
        Assert.Equal(2, _sink.Written.Count);
        using var letter = System.Text.Json.JsonDocument.Parse(Assert.Single(run.DeadLetters));
        Assert.Equal("(all)", letter.RootElement.GetProperty("subscriber").GetString());
        Assert.Equal("{broken", letter.RootElement.GetProperty("payload").GetString());
        Assert.Equal(before.Length, letter.RootElement.GetProperty("byteStart").GetInt64());
        Assert.Equal(7, letter.RootElement.GetProperty("byteLength").GetInt64());
        Assert.Equal("1000000000002", letter.RootElement.GetProperty("sequenceNumber").GetString());
        Assert.Equal("events: 3, inserted: 2, modified: 0, removed: 0, dead-lettered: 1, unknown: 0", run.Statistics.ToString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(run.DeadLetterFile));
        }
    }

    /// <summary>Peer bug 10.</summary>
    [Fact]
    public async Task An_unknown_table_is_counted_and_said_once_and_not_written()
    {
        using var files = Host(null!);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), Events.Insert(2, "b", "orders"), Events.Insert(3, "c", "orders")));
        using var host = Host(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>().To(_sink));
        await host.RunAsync();

        Assert.Equal(["+1 a"], _journal.Entries);
        Assert.Single(_sink.Written);
        Assert.Equal("events: 3, inserted: 1, modified: 0, removed: 0, dead-lettered: 0, unknown: 2", host.Statistics.ToString());
        Assert.Single(host.Logged, entry => entry.Id == 110);
    }

    [Fact]
    public async Task Tables_are_bound_at_run_time_by_prefix_name_and_pattern()
    {
        using var files = Host(null!);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a", "prod-hubert_dynamocdc"), Events.Insert(2, "b", "hubert_dynamocdc"), Events.Insert(3, "c", "eu-customers-1")));

        using var prefixed = Host(cdc => cdc.FromFiles(file).TableNamePrefix("prod-").Handle<Customer, RecordingHandler>());
        await prefixed.RunAsync();
        Assert.Equal(["+1 a"], _journal.Entries);

        _journal.Entries.Clear();
        using var bound = Host(cdc => cdc.FromFiles(file).TableNamePrefix("prod-").Table<Customer>("eu-*", "hubert_dynamocdc").Handle<Customer, RecordingHandler>());
        await bound.RunAsync();
        Assert.Equal(["+2 b", "+3 c"], _journal.Entries);
    }

    [Fact]
    public async Task A_record_that_does_not_fit_the_model_is_dead_lettered_for_each_subscriber_and_counted_once()
    {
        using var files = Host(null!);
        var misfit = Events.Insert(2, "b").Replace("{\"S\":\"b\"}", "{\"BOOL\":true}", StringComparison.Ordinal);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), misfit, Events.Insert(3, "c")));
        var typed = new RecordingTypedSink();
        using var host = Host(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>(o => o.Name = "welcome").To(typed, o => o.Name = "warehouse"));
        await host.RunAsync();

        Assert.Equal(["+1 a", "+3 c"], _journal.Entries);
        Assert.Equal(2, typed.Written.Count);
        Assert.Equal(["warehouse", "welcome"], host.DeadLetters.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("subscriber").GetString()).Order());
        Assert.All(host.DeadLetters, line => Assert.Equal(1, System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("attempts").GetInt32()));
        Assert.Equal("events: 3, inserted: 2, modified: 0, removed: 0, dead-lettered: 1, unknown: 0", host.Statistics.ToString());
    }

    [Fact]
    public async Task Unmapped_attributes_are_counted_and_said_once_or_ignored_or_an_error()
    {
        using var files = Host(null!);
        var odd = Events.Insert(2, "b").Replace("\"phone\":", "\"fax\":{\"S\":\"x\"},\"phone\":", StringComparison.Ordinal);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), odd, odd));

        using var reporting = Host(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>());
        await reporting.RunAsync();
        Assert.Equal(2, reporting.Statistics.UnmappedAttributes);
        Assert.Contains("'fax'", Assert.Single(reporting.Logged, entry => entry.Id == 111).Text, StringComparison.Ordinal);

        using var ignoring = Host(cdc => cdc.FromFiles(file).OnUnmapped(UnmappedAttributes.Ignore).Handle<Customer, RecordingHandler>());
        await ignoring.RunAsync();
        Assert.Equal(0, ignoring.Statistics.UnmappedAttributes);

        using var failing = Host(cdc => cdc.FromFiles(file).OnUnmapped(UnmappedAttributes.Fail).Handle<Customer, RecordingHandler>());
        await failing.RunAsync();
        Assert.Equal(2, failing.Statistics.DeadLettered);
    }

    [Fact]
    public async Task What_goes_to_the_overflow_is_mapped()
    {
        using var files = Host(null!);
        var file = files.File1(Events.Insert(2, "b").Replace("\"phone\":", "\"fax\":{\"S\":\"x\"},\"phone\":", StringComparison.Ordinal));
        using var failing = Host(cdc => cdc.FromFiles(file).OnUnmapped(UnmappedAttributes.Fail).Handle<KeepsAll, KeepsAllHandler>());
        await failing.RunAsync();
        Assert.Equal(0, failing.Statistics.DeadLettered);
        Assert.Equal(0, failing.Statistics.UnmappedAttributes);
        Assert.DoesNotContain(failing.Logged, static entry => entry.Id == 111);
    }

    [Fact]
    public async Task A_handler_that_keeps_throwing_is_tried_five_times_and_the_next_change_goes_on()
    {
        var attempts = 0;
        _journal.Before = (change, _) => change is Inserted<Customer> { After.UserId: 2 } && ++attempts > 0 ? throw new InvalidOperationException("no") : default;
        using var files = Host(null!);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), Events.Insert(2, "b"), Events.Insert(3, "c")));
        using var host = Host(cdc => cdc.FromFiles(file).OnFailure(o => o.BaseDelay = TimeSpan.FromMilliseconds(1)).Handle<Customer, RecordingHandler>());
        await host.RunAsync();

        Assert.Equal(["+1 a", "+3 c"], _journal.Entries);
        Assert.Equal(5, attempts);
        var letter = System.Text.Json.JsonDocument.Parse(Assert.Single(host.DeadLetters)).RootElement;
        Assert.Equal("System.InvalidOperationException", letter.GetProperty("exception").GetString());
        Assert.Equal("no", letter.GetProperty("message").GetString());
        Assert.Equal(Events.Insert(2, "b"), letter.GetProperty("payload").GetString());
        Assert.Equal("hubert_dynamocdc", letter.GetProperty("table").GetString());
        Assert.Equal(5, letter.GetProperty("attempts").GetInt32());
        Assert.Single(host.Logged, entry => entry.Id == 120 && entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning); // when it began to fail
    }

    [Fact]
    public async Task A_sink_says_which_records_it_refuses_and_only_those_are_dead_lettered()
    {
        _sink.Before = (records, _) => records.Count == 3
            ? throw new RejectedRecordsException([new(1, new InvalidOperationException("too long"))])
            : default;
        using var files = Host(null!);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), Events.Insert(2, "b"), Events.Insert(3, "c")));
        using var host = Host(cdc => cdc.FromFiles(file).Model<Customer>().To(_sink));
        await host.RunAsync();

        Assert.Equal("too long", System.Text.Json.JsonDocument.Parse(Assert.Single(host.DeadLetters)).RootElement.GetProperty("message").GetString());
        Assert.Equal(2, host.Statistics.Inserted);
        Assert.Equal(1, host.Statistics.DeadLettered);
    }

    [Fact]
    public async Task A_sink_that_may_give_up_has_the_culprit_found_by_halving()
    {
        _sink.Before = (records, _) => records.Any(record => record.Utf8.Span.IndexOf("\"bad\""u8) >= 0) ? throw new InvalidOperationException("boom") : default;
        using var files = Host(null!);
        var file = files.File1(string.Join('\n', Enumerable.Range(0, 20).Select(user => Events.Insert(user, user == 13 ? "bad" : "good"))));
        using var host = Host(cdc => cdc.FromFiles(file).Model<Customer>().To(_sink, o => o.Failure = new() { MaximumAttempts = 1 }));
        await host.RunAsync();

        Assert.Equal(Enumerable.Range(0, 20).Where(user => user != 13).Select(user => Events.Insert(user, "good")), _sink.Written);
        Assert.Contains("bad", Assert.Single(host.DeadLetters), StringComparison.Ordinal);
    }

    private sealed class Immediate(Action<FileProgress> report) : IProgress<FileProgress>
    {
        public void Report(FileProgress value) => report(value);
    }
}
