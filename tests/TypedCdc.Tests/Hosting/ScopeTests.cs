using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Hosting;

/// <summary>What lives how long: a scope of dependency injection for each change, or for each batch.</summary>
public class ScopeTests
{
    private readonly ScopeLog _log = new();

    private CdcTestHost Start(Action<CdcBuilder> configure) => CdcTestHost.Start(configure, services => services.AddSingleton(_log).AddScoped<Unit>());

    private static Customer Person(long id) => new() { UserId = id, FirstName = "a" };

    [Fact]
    public async Task A_handler_has_a_scope_for_each_change_and_each_attempt()
    {
        await using var host = Start(static cdc => cdc.Handle<Customer, ScopedHandler>());
        host.Put(Person(1));
        host.Put(Person(2));
        host.Fail<ScopedHandler>(times: 1);
        await host.WaitUntilSettledAsync();
        Assert.Equal(_log.Seen.Count, _log.Seen.Distinct().Count());
        Assert.True(_log.Seen.Count >= 2);
        Assert.Equal(_log.Made, _log.Disposed);
    }

    [Fact]
    public async Task A_batch_handler_has_one_for_each_batch()
    {
        await using var host = Start(static cdc => cdc.HandleBatch<Customer, ScopedBatchHandler>());
        for (var id = 0; id < 50; id++)
        {
            host.Put(Person(id));
        }

        await host.WaitUntilSettledAsync();
        Assert.Equal(_log.Seen.Count, _log.Seen.Distinct().Count());
        Assert.InRange(_log.Seen.Count, 1, 49);
        Assert.Equal(_log.Made, _log.Disposed);
    }

    public sealed class ScopeLog
    {
        private int _made;
        private int _disposed;

        public ConcurrentQueue<int> Seen { get; } = new();

        public int Made => _made;

        public int Disposed => _disposed;

        internal int Make() => Interlocked.Increment(ref _made);

        internal void Dispose() => Interlocked.Increment(ref _disposed);
    }

    public sealed class Unit(ScopeLog log) : IDisposable
    {
        public int Number { get; } = log.Make();

        public void Dispose() => log.Dispose();
    }

    internal sealed class ScopedHandler(ScopeLog log, Unit unit) : ChangeHandler<Customer>
    {
        public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
        {
            log.Seen.Enqueue(unit.Number);
            return default;
        }
    }

    internal sealed class ScopedBatchHandler(ScopeLog log, Unit unit) : BatchChangeHandler<Customer>
    {
        public override ValueTask HandleAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
        {
            log.Seen.Enqueue(unit.Number);
            return default;
        }
    }
}
