using System.Text;
using TypedCdc.Files;

namespace TypedCdc.Tests.Files;

public class FileRecordReaderTests
{
    private const string A = """{"awsRegion":"eu","eventID":"a","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"t","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"}},"SizeBytes":1},"eventSource":"aws:dynamodb"}""";
    private const string B = """{"awsRegion":"eu","eventID":"b","eventName":"REMOVE","userIdentity":null,"recordFormat":"application/json","tableName":"t","dynamodb":{"ApproximateCreationDateTime":1667565639983,"Keys":{"id":{"N":"2"}},"OldImage":{"id":{"N":"2"},"s":{"S":"} \" {"}},"SizeBytes":1},"eventSource":"aws:dynamodb"}""";
    private const string C = """{"awsRegion":"eu","eventID":"c","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"t","dynamodb":{"ApproximateCreationDateTime":1667565639984,"Keys":{"id":{"N":"3"}},"NewImage":{"id":{"N":"3"}},"SizeBytes":1},"eventSource":"aws:dynamodb"}""";

    private static string Pretty(string json) => System.Text.Json.JsonSerializer.Serialize(
        System.Text.Json.JsonDocument.Parse(json).RootElement, new System.Text.Json.JsonSerializerOptions { WriteIndented = true });

    [Fact]
    public async Task Lines_with_any_ending_blank_lines_and_a_byte_order_mark()
    {
        Assert.Equal([A, B, C], await ReadAsync($"\uFEFF{A}\r\n\r\n{B}\n   \n{C}"));
        Assert.Equal([A, B], await ReadAsync($"\n\n{A}\n{B}\n\n"));
        Assert.Empty(await ReadAsync(""));
        Assert.Empty(await ReadAsync("\uFEFF \r\n"));
    }

    [Fact]
    public async Task Records_one_behind_the_other() => Assert.Equal([A, B, C], await ReadAsync(A + B + C));

    [Fact]
    public async Task Pretty_printed_records() => Assert.Equal([Pretty(A), Pretty(B)], await ReadAsync($"{Pretty(A)}\n{Pretty(B)}\n"));

    [Fact]
    public async Task A_json_array() => Assert.Equal([A, B, C], await ReadAsync($"[{A},\n {B} , {C}\n]\n"));

    [Fact]
    public async Task An_envelope_of_streams_or_lambda_with_other_properties_around()
    {
        Assert.Equal([A, B], await ReadAsync($$"""{"Records":[{{A}}, {{B}}],"NextShardIterator":"a\"]}b","x":{"y":[1]} }"""));
        Assert.Equal([A, B, C], await ReadAsync("{\"n\":{\"a\":[1,2]},\"Records\":[" + A + "]}{\"Records\":[]}{\"Records\":[" + B + "," + C + "]}"));
        Assert.Equal([A, B, C], await ReadAsync("{\"Records\":[" + A + "]}\r\n{\"Records\":[" + B + "]}\r\n" + C));
        Assert.Equal([A, B, C], await ReadAsync(A + "\n{\n \"Records\": [\n  " + B + "\n ]\n\n}\n" + C + "\n")); // one that is spread over lines among lines
    }

    [Fact]
    public async Task Kinesis_triggers_and_GetRecords_carry_base64()
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(A));
        Assert.Equal([A, B], await ReadAsync($$$"""{"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","data":"{{{data}}}"},"eventSource":"aws:kinesis"},{{{B}}}]}"""));
        Assert.Equal([A, A], await ReadAsync($$$"""{"Records":[{"Data":"{{{data}}}","PartitionKey":"p"},{"SequenceNumber":"1","Data":"{{{data.Replace("+", "\\u002B", StringComparison.Ordinal)}}}"}],"MillisBehindLatest":0}"""));

        var records = await ReadAllAsync("""{"Records":[{"kinesis":{"data":"%%%"}}]}""");
        Assert.Equal("The record's data is not base64.", records.Single().Problem);
        Assert.Equal("""{"kinesis":{"data":"%%%"}}""", records.Single().Text);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}""")]
    [InlineData("""{"eventName":"INSE""")]
    [InlineData("""{"eventName":""")]
    [InlineData("""{"eventName":"INSERT",""")]
    [InlineData("""{"eventName":"INSERT"}}""")]
    [InlineData("""[1,2,3]""")]
    [InlineData("{}{}x")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("\0\0\0")]
    [InlineData(A + "}")]
    [InlineData(A + " trailing")]
    [InlineData("x" + A)]
    public async Task In_a_file_of_lines_a_broken_line_costs_itself_only(string broken)
    {
        foreach (var newline in (string[])["\n", "\r\n"])
        {
            // In the middle, at the end without a newline, and first.
            await Check(A + newline + B + newline, broken, newline + C + newline, [A, B], [C]);
            await Check(A + newline + B + newline, broken, "", [A, B], []);
            await Check("", broken, newline + A + newline + B, [], [A, B]);
        }

        static async Task Check(string before, string broken, string after, string[] first, string[] last)
        {
            var text = before + broken + after;
            var records = await ReadAllAsync(text);
            Assert.Equal(first, records.Take(first.Length).Select(record => record.Text));
            Assert.Equal(last, records.TakeLast(last.Length).Select(record => record.Text));
            var between = records[first.Length..^last.Length];
            Assert.All(between, record => Assert.Equal(record.Text, text.Substring((int)record.Start, (int)record.Length)));
            if (broken is not "{}{}x")
            {
                var single = Assert.Single(between);
                Assert.Equal(broken, single.Text);
                Assert.Equal(before.Length, single.Start);
            }
        }
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("""{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"Item":{"S":"x"},"Keys":{"M":{}}""")]
    [InlineData("""{"eventName":"INSE""")]
    [InlineData("{{{{{")]
    [InlineData("}")]
    [InlineData("\"")]
    public async Task In_concatenated_json_a_broken_record_ends_where_the_next_begins(string broken)
    {
        foreach (var (before, after) in ((string[], string[])[])[([A, B], [C]), ([A], [B, C]), ([], [A, B]), ([A, B], [])])
        {
            var start = string.Concat(before);
            var records = await ReadAllAsync(start + broken + string.Concat(after));
            Assert.Equal(before, records.Take(before.Length).Select(record => record.Text));
            Assert.Equal(after, records.TakeLast(after.Length).Select(record => record.Text));
            var between = Assert.Single(records[before.Length..^after.Length]);
            Assert.NotNull(between.Problem);
            Assert.Equal(broken, between.Text);
            Assert.Equal(start.Length, between.Start);
            Assert.Equal(broken.Length, between.Length);
        }
    }

    [Fact]
    public async Task A_line_that_was_cut_off_does_not_swallow_a_neighbour_that_a_stray_brace_closes()
    {
        var records = await ReadAllAsync($"{A}\n{{\"a\":\n{B}\n}}{{\n{C}\n");

        Assert.Equal([A, "{\"a\":", B, "}{", C], records.Select(record => record.Text));
        Assert.Equal([false, true, false, true, false], records.Select(record => record.Problem is not null));
    }

    [Fact]
    public async Task A_broken_pretty_printed_record_is_one_broken_record()
    {
        var broken = Pretty(A).Replace("\"dynamodb\": {", "\"dynamodb\": ", StringComparison.Ordinal);
        foreach (var (text, before, after) in ((string, string[], string[])[])
            [($"{Pretty(A)}\n{broken}\n{Pretty(B)}\n", [Pretty(A)], [Pretty(B)]), ($"{broken}\n{Pretty(B)}\n", [], [Pretty(B)])])
        {
            var records = await ReadAllAsync(text);
            Assert.Equal(before, records.Take(before.Length).Select(record => record.Text));
            Assert.Equal(after, records.TakeLast(after.Length).Select(record => record.Text));
            Assert.Equal(broken, Assert.Single(records[before.Length..^after.Length]).Text);
        }
    }

    [Fact]
    public async Task A_broken_element_costs_itself_only()
    {
        var records = await ReadAllAsync($$"""{"Records":[{{A}},{"eventName":"INS,{{B}}],"x":1}""");
        Assert.Equal(A, records[0].Text);
        Assert.Equal("""{"eventName":"INS""", records[1].Text);
        Assert.Equal(B, records[2].Text);
        Assert.Equal(3, records.Count);
    }

    [Fact]
    public async Task A_record_that_is_too_long_is_one_broken_record_with_its_first_bytes()
    {
        var tooLong = $$"""{"eventName":"{{new string('x', 100_000)}}"}""";
        foreach (var (before, text, after) in ((string, string, string)[])[(A + "\n", tooLong + "\n", B), (A, tooLong, B), ("", tooLong + "\n", B)])
        {
            var records = await ReadAllAsync(before + text + after, maximum: 10_000);
            var broken = records[before.Length > 0 ? 1 : 0];
            Assert.Equal(10_000, broken.Text.Length);
            Assert.Equal(before.Length, broken.Start);
            Assert.Equal(tooLong.Length, broken.Length);
            Assert.Contains("10000 bytes", broken.Problem, StringComparison.Ordinal);
            Assert.Equal(B, records[^1].Text);
            Assert.Equal(before.Length > 0 ? 3 : 2, records.Count);
        }
    }

    [Fact]
    public async Task Where_the_bytes_are_cut_into_pieces_makes_no_difference()
    {
        var random = new Random(20260101);
        var pieces = (string[])[A, B, C, "\n", "\r\n", "garbage", "{", Pretty(A), $$"""{"Records":[{{A}},{{B}}]}""", " ", "{\"a\":\"", "\"", "}"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            var whole = await ReadAllAsync(text);
            var cut = await ReadAllAsync(text, piece: random.Next(1, 50));
            Assert.True(whole.SequenceEqual(cut), $"Round {round}: {text}");

            // Every byte that is not blank is in a record, in a broken one, or is an envelope's.
            Assert.True(whole.Zip(whole.Skip(1)).All(pair => pair.First.Start + pair.First.Length <= pair.Second.Start), $"Round {round}: {text}");
        }
    }

    [Fact]
    public async Task Memory_is_bounded_by_the_longest_record()
    {
        // 64 MB in one envelope, and as much in garbage without a newline.
        var element = Encoding.UTF8.GetBytes(A + ",");
        foreach (var content in (RepeatingStream[])[new("""{"Records":["""u8.ToArray(), element, 64_000_000 / element.Length), new([], "garbage "u8.ToArray(), 8_000_000)])
        {
            var reader = new FileRecordReader(content, 1_000_000);
            var most = 0;
            while (await reader.ReadAsync(default) is not null)
            {
                most = Math.Max(most, reader.HeldBytes);
            }

            Assert.InRange(Math.Max(most, reader.HeldBytes), 64 * 1024, 4_500_000);
        }
    }

    private static async Task<IEnumerable<string>> ReadAsync(string text)
    {
        var records = await ReadAllAsync(text);
        Assert.All(records, record => Assert.Null(record.Problem));
        return records.Select(record => record.Text);
    }

    private static async Task<List<Found>> ReadAllAsync(string text, int maximum = 1_000_000, int piece = int.MaxValue)
    {
        using var stream = new PiecesStream(Encoding.UTF8.GetBytes(text), piece);
        var reader = new FileRecordReader(stream, maximum);
        var records = new List<Found>();
        while (await reader.ReadAsync(default) is { } record)
        {
            records.Add(new(Encoding.UTF8.GetString(record.Utf8.Span), record.Range.Start, record.Range.Length, record.Problem));
        }

        return records;
    }

    private sealed record Found(string Text, long Start, long Length, string? Problem);

    internal sealed class PiecesStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    private sealed class RepeatingStream(byte[] head, byte[] element, int count) : Stream
    {
        private readonly MemoryStream _head = new(head);
        private int _left = count;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = _head.Read(buffer, offset, count);
            while (read == 0 || (_left > 0 && count - read >= element.Length))
            {
                if (_left == 0)
                {
                    break;
                }

                _left--;
                element.CopyTo(buffer, offset + read);
                read += element.Length;
            }

            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var array = new byte[buffer.Length];
            var read = Read(array, 0, array.Length);
            array.AsSpan(0, read).CopyTo(buffer.Span);
            return ValueTask.FromResult(read);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
