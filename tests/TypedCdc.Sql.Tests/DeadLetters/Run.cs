using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.DeadLetters;

/// <summary>Hosts that run one after the other on the same files, the same tables and the same dead letters, with a handler and a sink that can be made to fail.</summary>
internal sealed class Run(IDeadLetterPlace place, SqliteFixture database) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-redrive-").FullName;

    internal ConcurrentQueue<string> Greeted { get; } = new();

    /// <summary>The items that the sink refuses.</summary>
    internal Func<long, bool> Refuses { get; set; } = _ => false;

    /// <summary>The items that the handler fails on.</summary>
    internal Func<long, bool> Fails { get; set; } = _ => false;

    internal Func<long, Task> Before { get; set; } = _ => Task.CompletedTask;

    internal string PathOf(string name) => Path.Combine(_folder, name);

    internal void Write(string name, IEnumerable<string> records) => File.WriteAllLines(PathOf(name), records);

    internal IHost Build(Action<CdcBuilder> source, bool stopsWhenDone = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "tests", EnvironmentName = "Production", ContentRootPath = _folder });
        builder.Services.AddSingleton(this);
        builder.Services.AddTypedCdc(cdc =>
        {
            place.Store(cdc);
            source(cdc.Configure(options => options.StopWhenSourcesEnd = stopsWhenDone));
            cdc.Handle<Customer, Greeter>(o => o.Failure.MaximumAttempts = 1).AddSink(_ => new RefusingSink(this, database.Sink()), o => o.Name = "tables");
        });
        return builder.Build();
    }

    internal async Task RunAsync(Action<CdcBuilder> source)
    {
        using var host = Build(source);
        await host.RunAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal sealed class Greeter(Run run) : ChangeHandler<Customer>
    {
        public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken) => GreetAsync(change.After);

        public override ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken) => GreetAsync(change.After);

        private async ValueTask GreetAsync(Customer customer)
        {
            await run.Before(customer.UserId);
            if (run.Fails(customer.UserId))
            {
                throw new InvalidOperationException("A bug.");
            }

            run.Greeted.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{customer.UserId}{customer.FirstName}"));
        }
    }

    private sealed class RefusingSink(Run run, RelationalSink inner) : ISink, IAsyncDisposable
    {
        public ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => inner.StartAsync(context, cancellationToken);

        public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            var refused = new List<RejectedRecord>();
            var taken = new List<CdcRecord>();
            for (var index = 0; index < records.Count; index++)
            {
                if (run.Refuses(records[index].Decode<Customer>(Images.None).Key.UserId))
                {
                    refused.Add(new(index, new InvalidOperationException("Refused.")));
                }
                else
                {
                    taken.Add(records[index]);
                }
            }

            await inner.WriteAsync(taken, cancellationToken);
            if (refused.Count > 0)
            {
                throw new RejectedRecordsException(refused);
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
