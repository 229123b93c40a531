using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>All that can happen to a history at once: four writers, duplicates with their own and with new numbers, ties, a snapshot in the middle, cuts anywhere, ends of a server process anywhere.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class PostgresCrashTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Four_writers_that_crash_at_any_statement_leave_the_same_view()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            await (await database.StartAsync()).DisposeAsync();
            await EndAtStatementsAsync(database, every: 41 + seed);
            var history = new History(seed, keys: 12, changes: 160);
            var delivery = history.Deliver(newNumbers: seed % 2 == 0);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                // Each change goes to one writer, some to all of them.
                var own = delivery.Where((_, i) => i % 4 == writer || i % 5 == 0).ToList();
                var random = new Random(seed + writer);
                random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(own));
                await using var sink = await StartAsync(database);
                for (var at = 0; at < own.Count;)
                {
                    var size = Math.Min(random.Next(1, 14), own.Count - at);
                    var batch = own.Skip(at).Take(size).Select(static one => one.ToRecord()).ToList();
                    at += size;
                    while (true)
                    {
                        try
                        {
                            await sink.WriteAsync(batch, default);
                            break;
                        }
                        catch (NpgsqlException error) when (error is not PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected })
                        {
                            Assert.True(Interlocked.Increment(ref crashes) < 1_000);
                        }
                    }
                }
            })));
            Assert.True(History.Expect(delivery) == await database.DumpCustomersAsync(), $"Seed {seed}.");
            Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
        }

        Assert.True(crashes > 10, $"Only {crashes} crashes.");
    }

    /// <summary>The older one stops at its next write, and whatever it had not written yet is written by the newer one.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_worker_with_an_older_model_beside_a_newer_one_spoils_nothing()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 160);
            var delivery = history.Deliver(newNumbers: false);
            var older = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StartAsync(database, static tables => tables.Add<OlderCustomer>(), CdcModel.Get<OlderCustomer>())));
            var batches = new Queue<List<CdcRecord>>(history.Cut(delivery));
            for (var i = 0; i < 4; i++)
            {
                await older[i % 2].WriteAsync(batches.Dequeue(), default);
            }

            // Both at once: the newer one starts and writes while the older ones go on until they are stopped.
            var pending = batches.ToList();
            var taken = -1;
            var stopped = 0;
            var left = new System.Collections.Concurrent.ConcurrentBag<List<CdcRecord>>();
            await Task.WhenAll(older.Select(sink => Task.Run(async () =>
            {
                for (int next; (next = Interlocked.Increment(ref taken)) < pending.Count;)
                {
                    try
                    {
                        await sink.WriteAsync(pending[next], default);
                    }
                    catch (SchemaDriftException)
                    {
                        Interlocked.Increment(ref stopped);
                        left.Add(pending[next]);
                        return;
                    }
                }
            })).Append(Task.Run(async () =>
            {
                await using var newer = await StartAsync(database);
                for (int next; (next = Interlocked.Increment(ref taken)) < pending.Count;)
                {
                    await newer.WriteAsync(pending[next], default);
                }
            })));
            await using var last = await StartAsync(database);
            foreach (var batch in left)
            {
                await last.WriteAsync(batch, default);
            }

            foreach (var sink in older)
            {
                await Assert.ThrowsAsync<SchemaDriftException>(async () => await sink.WriteAsync(pending[0], default));
                await sink.DisposeAsync();
            }

            // Of a row that the older one wrote, the phone is not known until its item changes; all else is as it must be.
            var expected = History.Expect(delivery).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var found = (await database.DumpCustomersAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(expected.Select(static line => line[..line.LastIndexOf('|')]), found.Select(static line => line[..line.LastIndexOf('|')]));
            Assert.All(expected.Zip(found), static pair => Assert.True(pair.First == pair.Second || pair.Second.EndsWith("|null:NULL", StringComparison.Ordinal), $"{pair}"));
        }
    }

    /// <summary>Lets the server end the process that runs the n-th statement on the table or its ties, behind the statement or in its commit.</summary>
    private static Task EndAtStatementsAsync(PostgresDatabase database, int every) => database.ExecuteAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
        {{PostgresDatabase.EndProcess}}
        CREATE TRIGGER in_statement AFTER INSERT OR UPDATE OR DELETE ON customers__cdc FOR EACH STATEMENT EXECUTE FUNCTION end_process('statements', {{every}});
        CREATE TRIGGER in_ties AFTER INSERT OR UPDATE ON customers__cdc_ties FOR EACH STATEMENT EXECUTE FUNCTION end_process('statements', {{every}});
        CREATE CONSTRAINT TRIGGER in_commit AFTER INSERT ON customers__cdc DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_process('rows', 23);
        """));

    private static async Task<RelationalSink> StartAsync(PostgresDatabase database, Action<TableSetBuilder>? configure = null, params CdcModel[] models)
    {
        // A worker whose process was ended at its start starts again.
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                return await database.StartAsync(configure, models);
            }
            catch (NpgsqlException) when (attempts < 100)
            {
            }
        }
    }
}
