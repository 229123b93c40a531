using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Hosting;
using TypedCdc.Observability;
using TypedCdc.Transforms;

namespace TypedCdc.Testing;

/// <summary>
/// Runs handlers, transforms and sinks on a stream in memory, with the engine that runs them in production and a clock that the test moves. Put typed items, wait until
/// everything has settled, assert.
/// </summary>
/// <example>
/// <code>
/// await using var host = CdcTestHost.Start(cdc => cdc.Handle&lt;Customer, Welcome>(), services => services.AddSingleton(mails));
/// host.Put(new Customer { UserId = 8, FirstName = "Ada" });      // INSERT
/// host.Put(new Customer { UserId = 8, FirstName = "Grace" });    // MODIFY, with both images
/// host.DuplicateLast();                                           // as Kinesis may
/// host.Fail&lt;Welcome>(times: 2);                                   // and it is tried again
/// await host.WaitUntilSettledAsync();
/// host.AssertHandled&lt;Welcome>(3);
/// host.AssertNoDeadLetters();
/// </code>
/// </example>
public sealed class CdcTestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TestStream _stream;
    private readonly DeliveryWatch _watch;
    private readonly List<TestRecord> _unsent = [];
    private readonly Dictionary<(string Table, string Key), byte[]> _items = []; // the tables as they are now
    private CancellationTokenSource _stop = new();
    private CdcRuntime _runtime;
    private Task _running;
    private int _eventNumber;
    private DateTimeOffset _lastTime;

    private CdcTestHost(ServiceProvider services, TestStream stream, DeliveryWatch watch, TestDeadLetterStore deadLetters, TestTimeProvider time)
    {
        _services = services;
        _stream = stream;
        _watch = watch;
        DeadLetterStore = deadLetters;
        Time = time;
        (_runtime, _running) = Run();
    }

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => _services;

    /// <summary>The clock. Retries wait on it; <see cref="WaitUntilSettledAsync"/> moves it as far as they need.</summary>
    public TestTimeProvider Time { get; }

    /// <summary>Where dead letters go, unless the pipeline's own configuration says otherwise.</summary>
    public TestDeadLetterStore DeadLetterStore { get; }

    /// <summary>What could not be delivered.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters => DeadLetterStore.DeadLetters;

    /// <summary>What became of each record at each handler and sink, in the order in which it happened.</summary>
    public IReadOnlyList<TestDelivery> Deliveries => _watch.Deliveries;

    /// <summary>The pipeline's counts.</summary>
    public CdcStatistics Statistics => _services.GetRequiredService<CdcStatistics>();

    /// <summary>Which subscribers are failing.</summary>
    public CdcHealth Health => _services.GetRequiredService<CdcHealth>();

    /// <summary>Starts a host.</summary>
    /// <param name="configure">The pipeline: handlers, transforms, sinks; the source is the test's.</param>
    /// <param name="services">What the handlers need.</param>
    public static CdcTestHost Start(Action<CdcBuilder> configure, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var stream = new TestStream();
        var watch = new DeliveryWatch();
        var deadLetters = new TestDeadLetterStore();
        var time = new TestTimeProvider();
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(time);
        collection.AddSingleton<IDeliveryObserver>(watch);
        services?.Invoke(collection);
        collection.AddTypedCdc(cdc =>
        {
            cdc.DeadLettersTo(deadLetters);
            configure(cdc);
            cdc.From(stream);
        });
        return new(collection.BuildServiceProvider(), stream, watch, deadLetters, time);
    }

    /// <summary>Puts an item: <c>INSERT</c> where there is none with its key, else <c>MODIFY</c> with both images; nothing where it is equal to what is there, as in DynamoDB.</summary>
    /// <param name="item">The item.</param>
    /// <param name="tableName">The table; null for the model's own.</param>
    public void Put<[CdcModelType] T>(T item, string? tableName = null)
    {
        var model = CdcModel.Get<T>();
        var image = TestRecords.Item(item);
        var keys = RecordWriter.SelectKeys(model.Schema, image);
        var id = (tableName ?? model.Schema.TableName, Encoding.UTF8.GetString(keys.Span));
        if (!_items.TryGetValue(id, out var before))
        {
            Queue(model, ChangeOperation.Insert, keys, image, default, tableName, isTimeToLive: false);
        }
        else if (!before.AsSpan().SequenceEqual(image))
        {
            Queue(model, ChangeOperation.Modify, keys, image, before, tableName, isTimeToLive: false);
        }

        _items[id] = image;
    }

    /// <summary>Changes the item with the given item's key, which must be there.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void Update<[CdcModelType] T>(T item, string? tableName = null)
    {
        Find(item, tableName);
        Put(item, tableName);
    }

    /// <summary>Deletes the item with the given item's key, which must be there: <c>REMOVE</c> with its old image.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void Delete<[CdcModelType] T>(T item, string? tableName = null) => Remove(item, tableName, isTimeToLive: false);

    /// <summary>The same, by DynamoDB's time to live.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void Expire<[CdcModelType] T>(T item, string? tableName = null) => Remove(item, tableName, isTimeToLive: true);

    /// <summary>Sends a row of a scan or an export.</summary>
    public void Snapshot<[CdcModelType] T>(T item, string? tableName = null)
    {
        var model = CdcModel.Get<T>();
        var image = TestRecords.Item(item);
        var utf8 = TestRecords.Write(model, ChangeOperation.Snapshot, RecordWriter.SelectKeys(model.Schema, image), image, default, null);
        _unsent.Add(new(utf8, HashOf(utf8, model, tableName ?? model.Schema.TableName), tableName ?? model.Schema.TableName));
    }

    /// <summary>Sends bytes that may be anything.</summary>
    public void SendRaw(ReadOnlySpan<byte> record) => _unsent.Add(new(record.ToArray(), 0, null));

    /// <summary>Sends the last record twice, as Kinesis Data Streams for DynamoDB may.</summary>
    public void DuplicateLast() => _unsent.Add(_unsent.Count > 0 ? _unsent[^1] : throw new InvalidOperationException("Nothing is waiting to be sent."));

    /// <summary>Brings what is waiting to be sent into another order, as Kinesis Data Streams for DynamoDB may. The same seed gives the same order.</summary>
    public void Reorder(int seed)
    {
        var shuffled = _unsent.ToArray();
        new Random(seed).Shuffle(shuffled);
        _unsent.Clear();
        _unsent.AddRange(shuffled);
    }

    /// <summary>Sends what is waiting, closes every shard and opens two children of each. Children are read when their parents are acknowledged.</summary>
    public void Reshard()
    {
        Send();
        _stream.Reshard();
    }

    /// <summary>Makes the next attempts of a handler fail.</summary>
    public void Fail<THandler>(int times = 1, Exception? exception = null) => Fail(typeof(THandler).Name, times, exception);

    /// <summary>Makes the next attempts of a handler or sink fail.</summary>
    /// <param name="subscriber">Its name.</param>
    /// <param name="times">How many attempts.</param>
    /// <param name="exception">What they fail with; null for an <see cref="InvalidOperationException"/>.</param>
    /// <exception cref="CdcAssertionException">No handler or sink has that name.</exception>
    public void Fail(string subscriber, int times = 1, Exception? exception = null)
    {
        RequireSubscriber(subscriber);
        _watch.Fail(subscriber, exception ?? new InvalidOperationException("The test makes this attempt fail."), times);
    }

    /// <summary>Lets time go on.</summary>
    public void Advance(TimeSpan time) => Time.Advance(time);

    /// <summary>Sends what is waiting.</summary>
    public void Send()
    {
        _unsent.ForEach(_stream.Send);
        _unsent.Clear();
    }

    /// <summary>
    /// Sends what is waiting, and waits until every record is acknowledged by every handler and sink, or durably dead-lettered. Moves the clock wherever a retry waits for it.
    /// </summary>
    /// <param name="mostTime">How far the clock may be moved. The default is an hour.</param>
    /// <exception cref="CdcAssertionException">It did not settle: the message shows where it stands.</exception>
    public async Task WaitUntilSettledAsync(TimeSpan? mostTime = null)
    {
        Send();
        var until = Time.GetUtcNow() + (mostTime ?? TimeSpan.FromHours(1));
        var started = Stopwatch.GetTimestamp();
        while (!_stream.IsSettled)
        {
            if (_running.IsCompleted)
            {
                await _running; // what stopped it
                throw new CdcAssertionException("The pipeline has ended before everything was delivered." + Describe());
            }

            if (Time.GetUtcNow() > until)
            {
                throw new CdcAssertionException($"The stream did not settle within {mostTime ?? TimeSpan.FromHours(1)} of the test's time." + Describe());
            }

            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
            {
                throw new CdcAssertionException("The stream did not settle within 30 s; does a handler wait for something that does not come?" + Describe());
            }

            // Handlers that are at work get a moment; what waits for the clock gets the clock.
            await Task.Delay(1);
            if (!_stream.IsSettled)
            {
                Time.AdvanceToNextTimer();
            }
        }
    }

    /// <summary>Stops as a process does that is asked to: what is in flight is drained.</summary>
    public async Task StopAsync()
    {
        var drainEnds = Time.GetUtcNow() + _runtime.DrainingTime;
        var quietSince = Stopwatch.GetTimestamp();
        await _stop.CancelAsync();
        while (!_running.IsCompleted)
        {
            await Task.Delay(1);

            // The time for draining ends by a timer, too: handlers that are at work and wait for no clock are not to lose to it.
            if (Time.NextTimerAt < drainEnds || Stopwatch.GetElapsedTime(quietSince) > TimeSpan.FromMilliseconds(250))
            {
                Time.AdvanceToNextTimer();
                quietSince = Stopwatch.GetTimestamp();
            }
        }

        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // Stopped while it was still starting.
        }
    }

    /// <summary>Stops as a process does that is asked to, and starts again: what was acknowledged is not delivered again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _stop = new();
        (_runtime, _running) = Run();
    }

    /// <summary>
    /// Delivers the dead letters again, as <c>cdc.FromDeadLetters(…)</c> does: each to the handler or sink that could not take it, and to no other, at its old position. Those that
    /// succeed are no dead letters any more.
    /// </summary>
    public async Task RedriveAsync()
    {
        var source = new DeadLetters.ArchiveSource("the test's dead letters", () => DeadLetterStore, new() { KeepRedriven = false });
        var running = source.RunAsync(_runtime.SourceContext, _stop.Token);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(1));
            if (!running.IsCompleted)
            {
                Time.AdvanceToNextTimer();
            }
        }

        await running;
    }

    /// <summary>Stops as a process does that is killed, and starts again: what was not acknowledged is delivered again.</summary>
    public async Task CrashAndRestartAsync()
    {
        _runtime.Engine.Abort();
        await _stop.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _stop = new();
        (_runtime, _running) = Run();
    }

    /// <summary>Checks how many records a handler took; a record that came twice counts twice.</summary>
    /// <exception cref="CdcAssertionException">Another number; the message lists what there was.</exception>
    public void AssertHandled<THandler>(int count) => AssertDelivered(typeof(THandler).Name, count);

    /// <summary>Checks how many records a handler or sink took.</summary>
    /// <exception cref="CdcAssertionException">Another number; the message lists what there was.</exception>
    public void AssertDelivered(string subscriber, int count)
    {
        RequireSettled();
        RequireSubscriber(subscriber);
        var delivered = Deliveries.Count(delivery => delivery.Subscriber == subscriber && delivery.Error is null);
        if (delivered != count)
        {
            throw new CdcAssertionException($"'{subscriber}' was expected to take {count} record(s), but took {delivered}." + Describe());
        }
    }

    /// <summary>Checks that nothing was dead-lettered.</summary>
    /// <exception cref="CdcAssertionException">Something was; the message says what and why.</exception>
    public void AssertNoDeadLetters()
    {
        RequireSettled();
        if (DeadLetters is { Count: > 0 } letters)
        {
            throw new CdcAssertionException(
                $"Nothing was expected to be dead-lettered, but {letters.Count} record(s) were:"
                + string.Concat(letters.Select(letter => $"{Environment.NewLine}  {letter.Subscriber} at {letter.Position}: {letter.ExceptionType}: {letter.Message}")));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _runtime.Engine.Abort();
        await _stop.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _services.DisposeAsync();
    }

    // What has stopped on its own has told the test why.
    private void RequireSettled()
    {
        if (!_running.IsCompleted && (_unsent.Count > 0 || !_stream.IsSettled))
        {
            throw new CdcAssertionException(
                $"The records are not delivered yet: {_unsent.Count} are not sent, and others may be in flight. Call 'await host.WaitUntilSettledAsync()' before you assert." + Describe());
        }
    }

    private void RequireSubscriber(string name)
    {
        var names = _runtime.Subscribers.Select(static subscriber => subscriber.Name).ToList();
        if (!names.Contains(name, StringComparer.Ordinal))
        {
            throw new CdcAssertionException(
                $"No handler or sink named '{name}' is registered; the host has {(names.Count == 0 ? "none" : string.Join(", ", names.Select(static one => $"'{one}'")))}. "
                + "Register the handler in CdcTestHost.Start(cdc => cdc.Handle<…, …>()), or use the name that its options set.");
        }
    }

    private (CdcRuntime, Task) Run()
    {
        var runtime = _services.GetRequiredService<CdcRuntimeFactory>().Create();
        var stop = _stop.Token;
        return (runtime, Task.Run(() => runtime.RunAsync(stop), CancellationToken.None));
    }

    private void Remove<T>(T item, string? tableName, bool isTimeToLive)
    {
        var (id, before) = Find(item, tableName);
        _items.Remove(id);
        var model = CdcModel.Get<T>();
        Queue(model, ChangeOperation.Remove, RecordWriter.SelectKeys(model.Schema, before), default, before, tableName, isTimeToLive);
    }

    private ((string Table, string Key) Id, byte[] Before) Find<T>(T item, string? tableName)
    {
        var model = CdcModel.Get<T>();
        var id = (Table: tableName ?? model.Schema.TableName, Key: Encoding.UTF8.GetString(RecordWriter.SelectKeys(model.Schema, TestRecords.Item(item)).Span));
        return _items.TryGetValue(id, out var before)
            ? (id, before)
            : throw new InvalidOperationException($"Table '{id.Table}' of the test holds no item with the key {id.Key}. Put it first.");
    }

    private void Queue(
        CdcModel model, ChangeOperation operation, ReadOnlyMemory<byte> keys, ReadOnlyMemory<byte> newImage, ReadOnlyMemory<byte> oldImage, string? tableName, bool isTimeToLive)
    {
        // A microsecond apart at least, so that the order of the test's calls is the order of the changes.
        _lastTime = Time.GetUtcNow() > _lastTime ? Time.GetUtcNow() : _lastTime.AddMicroseconds(1);
        var utf8 = TestRecords.Write(model, operation, keys, newImage, oldImage, new()
        {
            TableName = tableName,
            Time = _lastTime,
            EventId = new Guid(++_eventNumber, 0, 0, new byte[8]).ToString(),
            IsTimeToLive = isTimeToLive,
        });
        _unsent.Add(new(utf8, HashOf(utf8, model, null), null));
    }

    private static ulong HashOf(byte[] utf8, CdcModel model, string? tableName) => CdcRecord.Parse(utf8, default, new() { TableName = tableName }).GetKeyHash(model);

    private string Describe()
    {
        var text = new StringBuilder().AppendLine().AppendLine("The stream:").AppendLine(_stream.Describe()).AppendLine("Deliveries:");
        foreach (var delivery in Deliveries)
        {
            text.Append("  ").AppendLine(delivery.ToString());
        }

        foreach (var alarm in Health.Alarms)
        {
            text.Append("Alarm: ").Append(alarm.Subscriber).Append(": ").AppendLine(alarm.Reason);
        }

        return text.Append("Statistics: ").AppendLine(Statistics.ToString()).ToString();
    }
}
