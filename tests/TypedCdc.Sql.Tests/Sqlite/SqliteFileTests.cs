using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>The file: what is said where it cannot be used, and how its log grows.</summary>
public sealed class SqliteFileTests
{
    [Fact]
    public async Task A_folder_that_does_not_exist_is_named_and_not_waited_for()
    {
        using var database = new SqliteFixture();
        var path = Path.Combine(Path.GetDirectoryName(database.Path)!, "none", "test.db");
        await using var sink = Sink(path);
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await sink.StartAsync(SqliteFixture.Context(), default));
        Assert.EndsWith($"The folder '{Path.GetDirectoryName(path)}' does not exist: make it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_no_file()
    {
        using var database = new SqliteFixture();
        var path = Path.GetDirectoryName(database.Path)!;
        await using var sink = Sink(path);
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await sink.StartAsync(SqliteFixture.Context(), default));
        Assert.EndsWith($"'{path}' is a folder: name a file.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_is_no_database()
    {
        using var database = new SqliteFixture();
        await File.WriteAllTextAsync(database.Path, string.Concat(Enumerable.Repeat("no database ", 100)));
        Assert.Contains($"'{database.Path}' is not a SQLite database", (await FailAsync(database.Path)).Message, StringComparison.Ordinal);
        Assert.StartsWith("no database", await File.ReadAllTextAsync(database.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_deleted_while_the_sink_runs_is_noticed_by_the_next_write()
    {
        using var database = new SqliteFixture();
        await using var sink = Sink(database.Path);
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Insert(1)], default);
        File.Delete(database.Path);
        var error = await Assert.ThrowsAsync<SqliteException>(async () => await sink.WriteAsync([Insert(2)], default));
        Assert.True(error.IsTransient);
        Assert.StartsWith($"The SQLite file '{database.Path}' was deleted or moved", error.Message, StringComparison.Ordinal);
    }

    [SmallDiskFact]
    public async Task A_disk_that_may_not_be_written_is_said_and_what_is_on_it_stays()
    {
        using var disk = SmallDisk.Mount(8);
        var path = Path.Combine(disk.Path, "test.db");
        await using (var sink = Sink(path))
        {
            await sink.StartAsync(SqliteFixture.Context(), default);
            await sink.WriteAsync([Insert(1)], default);
        }

        disk.MakeReadOnly();
        Assert.Contains($"has to be allowed to read and write '{path}' and its folder", (await FailAsync(path)).Message, StringComparison.Ordinal);
        disk.MakeWritable();
        await using var again = Sink(path);
        await again.StartAsync(SqliteFixture.Context(), default);
        await again.WriteAsync([Insert(2)], default);
        using var reader = new SqliteConnection(path);
        Assert.Equal("2", reader.Query("SELECT count(*) FROM customers")[0][0]);
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_said_and_the_write_goes_through_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(4);
        var path = Path.Combine(disk.Path, "test.db");
        await using var sink = Sink(path);
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Insert(0)], default);
        disk.Fill(bytesLeft: 0);
        var records = Enumerable.Range(1, 2_000).Select(static id => Insert(id)).ToList();
        var error = await Assert.ThrowsAsync<SqliteException>(async () => await sink.WriteAsync(records, default));
        Assert.True(error.IsTransient, error.Message);
        Assert.Contains($"There is no room left on the disk of '{path}'", error.Message, StringComparison.Ordinal);
        disk.Free();
        await sink.WriteAsync(records, default);
        using var reader = new SqliteConnection(path);
        Assert.Equal("2001", reader.Query("SELECT count(*) FROM customers")[0][0]);
        Assert.Equal("ok", reader.Query("PRAGMA integrity_check")[0][0]);
    }

    /// <summary>As the README says: it grows while a reader keeps its transaction open, neither of them waits, and afterwards it is used again.</summary>
    [Fact]
    public async Task The_log_grows_beside_a_reader_that_stays_and_not_any_more_when_it_has_gone()
    {
        using var database = new SqliteFixture();
        await using var sink = Sink(database.Path, checkpointPages: 20);
        await sink.StartAsync(SqliteFixture.Context(), default);
        var time = 1;
        await WriteAsync(20);
        var before = Log();
        await WriteAsync(20);
        Assert.Equal(before, Log());

        using (var reader = new SqliteConnection(database.Path))
        {
            reader.Execute("BEGIN");
            var seen = reader.Query("SELECT sum(phone) FROM customers")[0][0];
            await WriteAsync(40);
            Assert.True(Log() > 2 * before, $"{before} {Log()}");
            Assert.Equal(seen, reader.Query("SELECT sum(phone) FROM customers")[0][0]);
            Assert.NotEqual([seen!], database.Rows("SELECT sum(phone) FROM customers"));
            reader.Execute("COMMIT");
        }

        await WriteAsync(2); // copies what was left, and begins again
        var after = Log();
        await WriteAsync(60);
        Assert.Equal(after, Log());

        long Log() => new FileInfo(database.Path + "-wal").Length;

        async Task WriteAsync(int writes)
        {
            for (var i = 0; i < writes; i++)
            {
                await sink.WriteAsync([.. Enumerable.Range(0, 50).Select(id => Insert(id, time))], default);
                time++;
            }
        }
    }

    private static async Task<SqliteException> FailAsync(string path)
    {
        await using var sink = Sink(path);
        return await Assert.ThrowsAsync<SqliteException>(async () => await sink.StartAsync(SqliteFixture.Context(), default));
    }

    private static RelationalSink Sink(string path, int checkpointPages = 4_000)
    {
        var tables = new TableSetBuilder();
        tables.Add<Customer>();
        return new(tables.Build(), new SqlStore(new SqliteDatabase(new() { Path = path, CheckpointPages = checkpointPages })));
    }

    private static CdcRecord Insert(int id) => Insert(id, 1);

    private static CdcRecord Insert(int id, int time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", time, "1", key, $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{new string('x', 300)}}}"},"phone":{"N":"{{{time}}}"}}""");
    }
}
