using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Decoding;
using TypedCdc.JsonLines;
using TypedCdc.Sinks;

namespace TypedCdc.Tests.JsonLines;

public sealed class JsonLinesSinkTests : IDisposable
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000000");

    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-lines-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "sub", "changes.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_line_holds_the_whole_change()
    {
        using (var sink = await StartAsync(new()))
        {
            await sink.WriteAsync(
                [
                    CdcRecord.Parse(Encoding.UTF8.GetBytes("""
                        {"awsRegion":"eu-central-1","eventID":"e1f0a2c4-0000-0000-0000-00000000000a","eventName":"REMOVE","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
                        "tableName":"things","dynamodb":{"ApproximateCreationDateTime":1720740233012345,"ApproximateCreationDateTimePrecision":"MICROSECOND",
                        "Keys":{"id":{"N":"8.0"}},"OldImage":{"id":{"N":"8.0"},"z":{"SS":["b","a"]},"line":{"S":"a\nb\u0000"},"bin":{"B":"AP+A"}},"SizeBytes":77}}
                        """), new(Shard, SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898"))),
                    Record(2, "INSERT"),
                ],
                default);
        }

        Assert.Equal(
            """
            {"operation":"REMOVE","table":"things","time":"2024-07-11T23:23:53.012345Z","timestamp":1720740233012345,"key":{"id":8},"before":{"bin":"AP+A","id":8,"line":"a\nb\u0000","z":["a","b"]},"eventId":"e1f0a2c4-0000-0000-0000-00000000000a","region":"eu-central-1","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},"timeToLive":true,"sizeBytes":77,"stream":"stream","shard":"shardId-000000000000","sequenceNumber":"49590338271490256608559692538361571095921575989136588898"}
            {"operation":"INSERT","table":"things","time":"1970-01-01T00:00:02.000000Z","timestamp":2000000,"key":{"id":2},"after":{"id":2},"timeToLive":false,"stream":"stream","shard":"shardId-000000000000","sequenceNumber":"2"}

            """,
            await File.ReadAllTextAsync(Path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        }
    }

    [Fact]
    public async Task Images_and_format_are_as_asked_for()
    {
        using (var sink = await StartAsync(new() { Images = Images.None, Documents = DocumentFormat.Typed }))
        {
            await sink.WriteAsync([Record(1, "INSERT")], default);
        }

        using var line = JsonDocument.Parse(await File.ReadAllTextAsync(Path));
        Assert.Equal("""{"id":{"N":"1"}}""", line.RootElement.GetProperty("key").GetRawText());
        Assert.False(line.RootElement.TryGetProperty("after", out _));
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_is_refused_and_its_neighbours_are_written()
    {
        using (var sink = await StartAsync(new()))
        {
            var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
                [Record(1, "INSERT"), Record(2, "INSERT", ""","a":{"S":"1"},"a":{"S":"2"}"""), Record(3, "INSERT")], default));
            Assert.Equal([1], refused.Rejected.Select(static one => one.Index));
        }

        Assert.Equal(["1", "3"], await NumbersAsync(Path));
    }

    /// <summary>A crash at any step, that leaves any part of what was being written, or zeros where bytes did not reach the disk: no line is torn, none that was acknowledged is lost.</summary>
    [Fact]
    public async Task A_crash_at_any_moment_tears_no_line()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var options = new JsonLinesOptions { MaximumFileBytes = random.Next(2) == 0 ? 700 : null };
            var next = 0;
            var acknowledged = 0;
            var countdown = random.Next(1, 12);
            while (acknowledged < 40)
            {
                try
                {
                    using var sink = await StartAsync(options, step =>
                    {
                        if (--countdown == 0)
                        {
                            throw new CrashException();
                        }
                    });
                    while (acknowledged < 40)
                    {
                        next = acknowledged + random.Next(1, 4);
                        await sink.WriteAsync([.. Enumerable.Range(acknowledged, next - acknowledged).Select(static i => Record(i, "INSERT"))], default);
                        acknowledged = next;
                    }
                }
                catch (CrashException)
                {
                    countdown = random.Next(1, 12);
                    Tear(random);
                }
            }

            var lines = new List<string>();
            foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!, "*.jsonl"))
            {
                lines.AddRange(await NumbersAsync(file));
            }

            var expected = Enumerable.Range(0, acknowledged).Select(static i => i.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal);
            Assert.Equal(expected, lines.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        }

        // What a write that did not come to its end leaves behind what was flushed before it.
        void Tear(Random random)
        {
            if (!File.Exists(Path))
            {
                return;
            }

            using var file = new FileStream(Path, FileMode.Append);
            var line = Encoding.UTF8.GetBytes("""{"operation":"INSERT","sequenceNumber":"torn"}""" + "\n");
            switch (random.Next(3))
            {
                case 0:
                    file.Write(line.AsSpan(0, random.Next(line.Length)));
                    break;
                case 1:
                    file.Write(new byte[random.Next(1, 100)]);
                    file.Write(line);
                    break;
            }
        }
    }

    [Fact]
    public async Task Files_are_put_aside_by_size_and_by_day()
    {
        var time = new Clock { Now = new(2024, 7, 12, 23, 59, 0, TimeSpan.Zero) };
        using (var sink = await StartAsync(new() { RollDaily = true, MaximumFileBytes = 1_000 }, time: time))
        {
            await sink.WriteAsync([Record(1, "INSERT")], default);
            await sink.WriteAsync([Record(2, "INSERT")], default);
            time.Now = time.Now.AddMinutes(2);
            await sink.WriteAsync([.. Enumerable.Range(3, 20).Select(static i => Record(i, "INSERT"))], default);
            await sink.WriteAsync([Record(23, "INSERT")], default);
            await sink.WriteAsync([Record(24, "INSERT")], default);
        }

        var files = Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!, "*.jsonl").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["changes-20240713T000100000Z-2.jsonl", "changes-20240713T000100000Z.jsonl", "changes.jsonl"], files.Select(System.IO.Path.GetFileName));
        Assert.Equal(["1", "2"], await NumbersAsync(files[1]));
        Assert.Equal(20, (await NumbersAsync(files[0])).Count);
        Assert.Equal(["23", "24"], await NumbersAsync(files[2]));
    }

    [Theory]
    [InlineData("not of this sink, and without a line feed")]
    [InlineData("{\"name\":\"a\"}\n{\"name\":\"b\"}")]
    public async Task A_file_of_somebody_elses_is_not_cut(string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        await File.WriteAllTextAsync(Path, content);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync(new()));
        Assert.Contains("was not written by this sink", error.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task Two_writers_of_one_file_are_refused_and_a_reader_is_not()
    {
        using var first = await StartAsync(new());
        await first.WriteAsync([Record(1, "INSERT")], default);
        await Assert.ThrowsAsync<IOException>(() => StartAsync(new()));
        Assert.Equal(["1"], await NumbersAsync(Path));
    }

    private async Task<JsonLinesSink> StartAsync(JsonLinesOptions options, Action<string>? beforeStep = null, TimeProvider? time = null)
    {
        var sink = new JsonLinesSink(Path, options) { BeforeStep = beforeStep };
        try
        {
            await sink.StartAsync(
                new() { Application = "test", TimeProvider = time ?? TimeProvider.System, Logger = NullLogger.Instance, Tables = new NoTables() }, default);
            return sink;
        }
        catch
        {
            sink.Dispose();
            throw;
        }
    }

    private static CdcRecord Record(int number, string operation, string more = "") => CdcRecord.Parse(
        Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$$"""{"eventName":"{{{{operation}}}}","tableName":"things","dynamodb":{"ApproximateCreationDateTime":{{{{number}}}},"Keys":{"id":{"N":"{{{{number}}}}"}},"NewImage":{"id":{"N":"{{{{number}}}}"}{{{{more}}}}}}}""")),
        new(Shard, new((UInt128)number)));

    /// <summary>The sequence numbers of a file's lines, each of which must be a whole one.</summary>
    private static async Task<List<string>> NumbersAsync(string path)
    {
        var text = await File.ReadAllTextAsync(path);
        Assert.True(text.Length == 0 || text.EndsWith('\n'));
        var numbers = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            numbers.Add(document.RootElement.GetProperty("sequenceNumber").GetString()!);
        }

        return numbers;
    }

    private sealed class NoTables : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [];
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class CrashException : Exception;
}
