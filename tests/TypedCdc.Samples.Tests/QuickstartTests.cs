using System.IO.Compression;
using System.Text;

namespace TypedCdc.Samples.Tests;

public sealed class QuickstartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("typedcdc-quickstart-");

    [Fact]
    public async Task The_captured_events_end_as_typed_changes_and_rows()
    {
        var output = await Quickstart.RunAsync(_folder.FullName);

        Assert.Contains("MODIFY customer 8: first_name K2zqYSK → gX8fQ2n, last_name K2zqYSK → gX8fQ2n", output);
        Assert.Contains("MODIFY reading foo 2024-07-12T01:17:42: temperature 42.42 → 55.66", output);
        Assert.Contains("REMOVE reading baz 2024-07-12T00:00:00: its time to live ran out", output);
        Assert.Equal("events: 22, inserted: 8, modified: 9, removed: 3, dead-lettered: 1, unknown: 1", output[^1]);
        var readings = Quickstart.Read(Path.Combine(_folder.FullName, "quickstart.db"), "table_testdrive");
        // The older change of bar came after the newer one and must not win.
        Assert.Contains("device=bar|humidity=61.5|temperature=23.75|timestamp=2024-07-12T00:00:00", readings);
        Assert.DoesNotContain(readings, row => row.StartsWith("device=baz", StringComparison.Ordinal) || row.StartsWith("device=foo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_run_prints_the_same_line_and_changes_nothing()
    {
        var first = await Quickstart.RunAsync(_folder.FullName);
        var database = Path.Combine(_folder.FullName, "quickstart.db");
        var rows = (Quickstart.Read(database, "hubert_dynamocdc__cdc"), Quickstart.Read(database, "table_testdrive__cdc"));

        var second = await Quickstart.RunAsync(_folder.FullName);

        Assert.Equal(first[^1], second[^1]);
        Assert.Equal(rows.Item1, Quickstart.Read(database, "hubert_dynamocdc__cdc"));
        Assert.Equal(rows.Item2, Quickstart.Read(database, "table_testdrive__cdc"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_history_in_any_order_ends_as_the_oracle_says(int seed)
    {
        var history = new History(seed, changes: 400);

        foreach (var (name, events) in new[] { ("in order", history.InOrder()), ("shuffled", history.Shuffled(seed)), ("shuffled again", history.Shuffled(seed + 1000)) })
        {
            var database = Path.Combine(_folder.FullName, name + ".db");
            await CheckAsync(history, await WriteAsync(name + ".jsonl", Encoding.UTF8.GetBytes(events)), database);
        }
    }

    [Fact]
    public async Task One_history_after_the_other_into_one_database_and_gzip_is_the_same()
    {
        var history = new History(seed: 11, changes: 300);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(history.Shuffled(4)));
        }

        var database = Path.Combine(_folder.FullName, "both.db");
        await CheckAsync(history, await WriteAsync("a.jsonl", Encoding.UTF8.GetBytes(history.Shuffled(3))), database);
        await CheckAsync(history, await WriteAsync("b.jsonl.gz", compressed.ToArray()), database);
    }

    [Fact]
    public async Task A_history_in_pieces_whose_older_changes_come_in_later_runs_is_the_same()
    {
        // Within one run a batch may sort its changes itself; over several runs only the guard of the rows can tell the older from the newer.
        var history = new History(seed: 21, changes: 300);
        var database = Path.Combine(_folder.FullName, "pieces.db");
        foreach (var (piece, index) in history.Shuffled(5).Split('\n', StringSplitOptions.RemoveEmptyEntries).Chunk(80).Select(static (lines, index) => (string.Join('\n', lines), index)))
        {
            var events = await WriteAsync($"piece-{index}.jsonl", Encoding.UTF8.GetBytes(piece + "\n"));
            await Quickstart.RunAsync(_folder.FullName, "--events", events, "--db", database);
        }

        Assert.Equal(history.Rows("hubert_dynamocdc"), Quickstart.Read(database, "hubert_dynamocdc"));
        Assert.Equal(history.Rows("table-testdrive"), Quickstart.Read(database, "table_testdrive"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task CheckAsync(History history, string events, string database)
    {
        var output = await Quickstart.RunAsync(Path.GetDirectoryName(database)!, "--events", events, "--db", database);

        Assert.Equal(history.LastLine, output[^1]);
        Assert.Equal(history.Rows("hubert_dynamocdc"), Quickstart.Read(database, "hubert_dynamocdc"));
        Assert.Equal(history.Rows("table-testdrive"), Quickstart.Read(database, "table_testdrive"));
    }

    private async Task<string> WriteAsync(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        await File.WriteAllBytesAsync(path, content);
        return path;
    }
}
