using System.Globalization;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>Several writes at once, in one sink and in several: who waits goes along, and nobody fails for another.</summary>
public sealed class SqliteConcurrencyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Writes_that_wait_go_into_one_transaction()
    {
        using var database = new SqliteFixture();
        var commits = 0;
        using var gate = new Gate("COMMIT");
        await using var sink = await database.StartAsync(beforeStatement: statement =>
        {
            gate.Pass(statement);
            commits += statement == "COMMIT" ? 1 : 0;
        });
        commits = 0;
        var first = await HeldAsync(gate, sink, Insert(1));
        Task[] others = [WriteAsync(sink, Insert(2)), WriteAsync(sink, Insert(3)), WriteAsync(sink, Insert(4), Insert(5))];
        gate.Open();
        await Task.WhenAll([first, .. others]).WaitAsync(Patience);
        Assert.Equal(2, commits);
        Assert.Equal(["1", "2", "3", "4", "5"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
        Assert.Equal(5, sink.Metrics!.Rows);
    }

    /// <summary>The transaction of three writes fails at each of its statements in turn; each is then written by itself, and counted once.</summary>
    [Fact]
    public async Task Where_they_fail_together_each_is_written_by_itself()
    {
        var failed = 0;
        for (var at = 1; at <= 30; at++)
        {
            using var database = new SqliteFixture();
            var countdown = 0;
            using var gate = new Gate("COMMIT");
            await using var sink = await database.StartAsync(beforeStatement: statement =>
            {
                gate.Pass(statement);
                if (countdown > 0 && statement != "ROLLBACK" && --countdown == 0)
                {
                    failed++;
                    throw new InvalidOperationException("Once.");
                }
            });
            var first = await HeldAsync(gate, sink, Insert(1));
            var refused = WriteAsync(sink, Insert(2), Refused());
            Task[] others = [WriteAsync(sink, Insert(3)), WriteAsync(sink, Insert(4), Insert(5))];
            countdown = at + 1; // the COMMIT at the gate is the first
            gate.Open();
            await Task.WhenAll([first, .. others]).WaitAsync(Patience);
            if (await Record.ExceptionAsync(() => refused.WaitAsync(Patience)) is InvalidOperationException)
            {
                // It failed in what it wrote alone, as the database refuses a row of it: delivery tries again.
                refused = WriteAsync(sink, Insert(2), Refused());
            }

            var rejected = await Assert.ThrowsAsync<RejectedRecordsException>(() => refused.WaitAsync(Patience));
            Assert.Equal(1, Assert.Single(rejected.Rejected).Index);
            Assert.Equal(["1", "2", "3", "4", "5"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
            Assert.Equal(5, sink.Metrics!.Rows);
        }

        Assert.InRange(failed, 5, 29);
    }

    [Fact]
    public async Task A_write_that_is_given_up_while_it_waits_is_not_written()
    {
        using var database = new SqliteFixture();
        using var gate = new Gate("COMMIT");
        await using var sink = await database.StartAsync(beforeStatement: gate.Pass);
        using var giveUp = new CancellationTokenSource();
        var first = await HeldAsync(gate, sink, Insert(1));
        var second = sink.WriteAsync([Insert(2)], giveUp.Token).AsTask();
        var third = WriteAsync(sink, Insert(3));
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        gate.Open();
        await Task.WhenAll(first, third).WaitAsync(Patience);
        Assert.Equal(["1", "3"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
    }

    /// <summary>Its rows are in use until that transaction has ended.</summary>
    [Fact]
    public async Task A_write_that_is_given_up_in_anothers_transaction_waits_for_its_end()
    {
        using var database = new SqliteFixture();
        using var gate = new Gate("COMMIT");
        await using var sink = await database.StartAsync(beforeStatement: gate.Pass);
        using var giveUp = new CancellationTokenSource();
        var first = await HeldAsync(gate, sink, Insert(1));
        var second = WriteAsync(sink, Insert(2));
        var third = sink.WriteAsync([Insert(3)], giveUp.Token).AsTask();
        gate.LetOnePass();
        await gate.ReachedAsync(); // at the end of the transaction of both
        await giveUp.CancelAsync();
        await Task.Delay(50);
        Assert.False(third.IsCompleted);
        gate.Open();
        await Task.WhenAll(first, second, third).WaitAsync(Patience);
        Assert.Equal(["1", "2", "3"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
    }

    /// <summary>Two sinks with connections of their own, as two processes have them, and four writes at once in each.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Sinks_that_write_one_file_at_the_same_time_leave_the_same_view(int seed)
    {
        using var database = new SqliteFixture();
        var history = new History(seed, keys: 12, changes: 150);
        var deliveries = Enumerable.Range(0, 8).Select(_ => history.Deliver(newNumbers: false)).Select(delivery => history.Cut(delivery).ToList()).ToList();
        await using (var first = await database.StartAsync())
        await using (var second = await database.StartAsync())
        {
            await Task.WhenAll(deliveries.Select((batches, i) => Task.Run(async () =>
            {
                foreach (var batch in batches)
                {
                    await (i % 2 == 0 ? first : second).WriteAsync(batch, default);
                }
            })));
        }

        Assert.Equal(History.Expect([.. history.Events, .. history.SnapshotRows]), database.Dump("customers"));
        Assert.Equal(["ok"], database.Rows("PRAGMA integrity_check"));
    }

    private static CdcRecord Insert(int id) => TestRecord.Make(
        "INSERT", "customers", 1, id.ToString(CultureInfo.InvariantCulture), $$$"""{"userid":{"N":"{{{id}}}"}}""", $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"x"}}""");

    private static CdcRecord Refused() => TestRecord.Make("INSERT", "customers", 1, "9", """{"userid":{"N":"9"}}""", """{"userid":{"N":"9"},"phone":{"S":"none"}}""");

    private static Task WriteAsync(RelationalSink sink, params CdcRecord[] records) => sink.WriteAsync(records, default).AsTask();

    private static async Task<Task> HeldAsync(Gate gate, RelationalSink sink, CdcRecord record)
    {
        gate.Close();
        var held = Task.Run(() => WriteAsync(sink, record));
        await gate.ReachedAsync();
        return held;
    }

    /// <summary>Holds a sink at one of its statements.</summary>
    private sealed class Gate(string statement) : IDisposable
    {
        private readonly SemaphoreSlim _reached = new(0);
        private readonly SemaphoreSlim _mayPass = new(0);
        private volatile bool _isClosed;

        public void Pass(string next)
        {
            if (_isClosed && next == statement)
            {
                _reached.Release();
                Assert.True(_mayPass.Wait(Patience));
            }
        }

        public void Close() => _isClosed = true;

        public void LetOnePass() => _mayPass.Release();

        public void Open()
        {
            _isClosed = false;
            _mayPass.Release();
        }

        public async Task ReachedAsync() => Assert.True(await _reached.WaitAsync(Patience));

        public void Dispose()
        {
            _reached.Dispose();
            _mayPass.Dispose();
        }
    }
}
