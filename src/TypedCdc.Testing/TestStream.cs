using TypedCdc.Sources;

namespace TypedCdc.Testing;

/// <summary>A stream in memory, sharded by key: keeps all that was sent, so that a restarted host reads on from its checkpoints.</summary>
internal sealed class TestStream : IChangeSource
{
    private readonly Lock _gate = new();
    private readonly List<TestShard> _shards = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _nextSequenceNumber = 1;
    private int _nextShard;

    internal TestStream() => _shards.Add(NewShard([], 0, ulong.MaxValue));

    public string Name => "test-stream";

    /// <summary>Closes every open shard and opens two children of each, as <c>UpdateShardCount</c> does. What is sent from now on goes to the children.</summary>
    internal void Reshard()
    {
        lock (_gate)
        {
            var parents = _shards.Where(shard => !shard.IsClosed).ToArray();
            foreach (var parent in parents)
            {
                parent.IsClosed = true;
                var middle = parent.FirstHash + ((parent.LastHash - parent.FirstHash) / 2);
                _shards.Add(NewShard([parent], parent.FirstHash, middle));
                _shards.Add(NewShard([parent], middle + 1, parent.LastHash));
            }
        }

        Signal();
    }

    internal void Send(TestRecord record)
    {
        lock (_gate)
        {
            // By ranges of hashes, as Kinesis does it: a key of a parent goes to one of its own children.
            var shard = _shards.Single(shard => !shard.IsClosed && shard.FirstHash <= record.KeyHash && record.KeyHash <= shard.LastHash);
            shard.Records.Add((new(_nextSequenceNumber++), record));
        }

        Signal();
    }

    /// <summary>Everything sent is acknowledged.</summary>
    internal bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _shards.TrueForAll(shard => shard.Records.Count == 0 || shard.Checkpoint == shard.Records[^1].SequenceNumber);
            }
        }
    }

    internal string Describe()
    {
        lock (_gate)
        {
            return string.Join(
                Environment.NewLine,
                _shards.Select(shard => $"{shard.Id}: {shard.Records.Count} record(s), acknowledged up to {shard.Checkpoint?.ToString(null, null) ?? "none"}"));
        }
    }

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var started = new Dictionary<TestShard, Task>();
        try
        {
            while (true)
            {
                // Before anything is asked of them: one that ends from here on is waited for below, or its children would never begin.
                var running = started.Values.Where(run => !run.IsCompleted).ToList();
                Task changed;
                lock (_gate)
                {
                    changed = _changed.Task;

                    // A child begins when its parents are read to their ends and acknowledged, or a key would go backwards.
                    foreach (var shard in _shards.Where(shard => !started.ContainsKey(shard) && shard.Parents.All(parent => started.TryGetValue(parent, out var run) && run.IsCompletedSuccessfully)).ToArray())
                    {
                        var run = ReadAsync(context, shard, cancellationToken);
                        started.Add(shard, run);
                        running.Add(run);
                    }
                }

                await Task.WhenAny([changed, .. running]).WaitAsync(cancellationToken);
                foreach (var failed in started.Values.Where(run => run.IsFaulted))
                {
                    await failed;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(started.Values);
        }
    }

    private async Task ReadAsync(ISourceContext context, TestShard shard, CancellationToken cancellationToken)
    {
        await using var channel = context.OpenShard(shard.Id);
        channel.WatermarkAdvanced = watermark =>
        {
            lock (_gate)
            {
                shard.Checkpoint = watermark;
            }

            Signal();
        };
        try
        {
            int next;
            lock (_gate)
            {
                next = shard.Checkpoint is { } checkpoint ? shard.Records.FindLastIndex(record => record.SequenceNumber <= checkpoint) + 1 : 0;
            }

            while (true)
            {
                RecordBatch? batch = null;
                Task changed;
                lock (_gate)
                {
                    changed = _changed.Task;
                    if (next < shard.Records.Count)
                    {
                        // One table name a batch; it matters for snapshots only.
                        var table = shard.Records[next].Record.TableName;
                        batch = new(shard.Id) { TableName = table };
                        while (next < shard.Records.Count && batch.Count < 100 && shard.Records[next].Record.TableName == table)
                        {
                            var (sequenceNumber, record) = shard.Records[next++];
                            batch.Add(sequenceNumber, record.Utf8);
                        }
                    }
                    else if (shard.IsClosed)
                    {
                        break;
                    }
                }

                if (batch is not null)
                {
                    await channel.PublishAsync(batch, cancellationToken);
                }
                else
                {
                    await changed.WaitAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }

        try
        {
            await channel.DrainAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Crashed: the next run reads from the checkpoint.
        }

        Signal();
    }

    private TestShard NewShard(IReadOnlyList<TestShard> parents, ulong firstHash, ulong lastHash) =>
        new(new(Name, $"shard-{_nextShard++}"), parents, firstHash, lastHash);

    private void Signal()
    {
        lock (_gate)
        {
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    private sealed class TestShard(ShardId id, IReadOnlyList<TestShard> parents, ulong firstHash, ulong lastHash)
    {
        internal ulong FirstHash => firstHash;

        internal ulong LastHash => lastHash;

        internal ShardId Id => id;

        internal IReadOnlyList<TestShard> Parents => parents;

        internal List<(SequenceNumber SequenceNumber, TestRecord Record)> Records { get; } = [];

        internal bool IsClosed { get; set; }

        internal SequenceNumber? Checkpoint { get; set; }
    }
}

/// <summary>A record on its way into the test's stream.</summary>
/// <param name="Utf8">Its bytes.</param>
/// <param name="KeyHash">Picks the shard.</param>
/// <param name="TableName">For records that do not name their table; else null.</param>
internal sealed record TestRecord(byte[] Utf8, ulong KeyHash, string? TableName);
