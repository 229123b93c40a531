using System.Diagnostics;
using System.Globalization;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis;

/// <summary>The calls of a run: each command is answered by an event, whatever happens.</summary>
internal sealed partial class KinesisSource
{
    private sealed partial class Run
    {
        private async Task<WorkerEvent?> AnswerAsync(WorkerCommand command, CancellationToken cancellationToken)
        {
            switch (command)
            {
                case WorkerCommand.DescribeStream:
                    return await TryStreamAsync(true, async token => new WorkerEvent.StreamDescribed(await _api.DescribeStreamAsync(_source._address.Stream, token)));
                case WorkerCommand.ListShards:
                    return await TryStreamAsync(false, async token => new WorkerEvent.ShardsListed(await ListAsync(token)));
                case WorkerCommand.ReadProgress read:
                    return await ReadProgressAsync(read);
                case WorkerCommand.WriteProgress write:
                    return await TryWriteAsync(write.Shard, async token =>
                    {
                        await _progress!.WriteAsync(write.StreamCreatedAt, write.Shard, write.Progress, token);
                        if (write.Progress.Checkpoint is { } stored && _leases.TryGetValue(write.Shard, out var lease))
                        {
                            lease.Checkpoint = stored;
                        }
                    });
                case WorkerCommand.WriteCreatedAt write:
                    return await TryWriteAsync(null, token => _progress!.WriteCreatedAtAsync(write.StreamCreatedAt, token));
                case WorkerCommand.GetIterator get:
                    return await TryShardAsync(get.Shard, cancellationToken, async token => new WorkerEvent.IteratorReceived(
                        get.Shard, await _api.GetShardIteratorAsync(_source._address.Stream, get.Shard, get.Position, token)));
                case WorkerCommand.Read read:
                    return await TryShardAsync(read.Shard, cancellationToken, token => ReadAsync(read, token));
                case WorkerCommand.Publish publish:
                    await Shard(publish.Shard).PublishAsync(cancellationToken);
                    return new WorkerEvent.Published(publish.Shard);
                case WorkerCommand.Drain drain:
                    return await DrainAsync(drain.Shard);
                case WorkerCommand.Close close:
                    if (_shards.TryRemove(close.Shard, out var closed))
                    {
                        await closed.DisposeAsync();
                    }

                    return null;
                case WorkerCommand.DelayShard delay:
                    // While stopping, the only delays are those between attempts to store.
                    await Task.Delay(delay.Delay, _context.TimeProvider, _reading.IsCancellationRequested ? CancellationToken.None : cancellationToken);
                    return new WorkerEvent.ShardDelayElapsed(delay.Shard);
                case WorkerCommand.DelayStream delay:
                    return await DelayStreamAsync(delay);
                case WorkerCommand.DelayCheckpoint delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _reading.Token);
                    return new WorkerEvent.CheckpointDue(Watermarks());
                case WorkerCommand.DelayFleet delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _ended.Token);
                    return new WorkerEvent.FleetDelayElapsed(delay.Timer);
                case WorkerCommand.DelayLease delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _ended.Token);
                    return new WorkerEvent.LeaseDelayElapsed(delay.Key, delay.Token);
                default:
                    return await CallTableAsync(command);
            }
        }

        private async Task<WorkerEvent> CallTableAsync(WorkerCommand command)
        {
            var happened = await (_table ?? throw new UnreachableException(command.GetType().Name)).AnswerAsync(command, _fleet!, _ended.Token);
            if (happened is WorkerEvent.LeaseNotWritten or WorkerEvent.LeaseCallFailed)
            {
                return happened;
            }

            _reports.Succeeded(KinesisReports.LeaseTable);
            if (command is WorkerCommand.WriteLease { Kind: LeaseWriteKind.Checkpoint, Changed.OwnCheckpoint: { } stored }
                && happened is WorkerEvent.LeaseWritten { Write.IsDone: true } written
                && _leases.TryGetValue(written.Key, out var lease) && lease.Token == written.Token)
            {
                lease.Checkpoint = stored;
            }

            return happened;
        }

        private async Task<WorkerEvent> TryAsync(string? part, CancellationToken cancellationToken, Func<CancellationToken, Task<WorkerEvent>> attempt, Func<KinesisException, WorkerEvent> failed)
        {
            try
            {
                var happened = await attempt(cancellationToken);
                if (happened is WorkerEvent.StreamDescribed described)
                {
                    _createdAt = described.Summary.CreatedAt;
                }

                if (happened is not (WorkerEvent.IteratorReceived or WorkerEvent.RecordsRead { Summary.IsWhole: false }))
                {
                    _reports.Succeeded(part);
                }

                return happened;
            }
            catch (KinesisException exception)
            {
                _reports.Failed(part, exception);
                return failed(exception);
            }
        }

        private Task<WorkerEvent> TryStreamAsync(bool isDescription, Func<CancellationToken, Task<WorkerEvent>> attempt) =>
            TryAsync(null, _reading.Token, attempt, exception => new WorkerEvent.StreamFailed(isDescription, exception));

        private Task<WorkerEvent> TryShardAsync(string shard, CancellationToken cancellationToken, Func<CancellationToken, Task<WorkerEvent>> attempt) =>
            TryAsync(shard, cancellationToken, attempt, exception => new WorkerEvent.ShardFailed(shard, exception));

        private static async Task<WorkerEvent> TryWriteAsync(string? shard, Func<CancellationToken, ValueTask> write)
        {
            try
            {
                // Not ended by a stop: a stop is when checkpoints matter most.
                await write(CancellationToken.None);
                return new WorkerEvent.ProgressWritten(shard);
            }
            catch (Exception exception)
            {
                return new WorkerEvent.ProgressNotWritten(shard, exception);
            }
        }

        private async Task<IReadOnlyList<KinesisShard>> ListAsync(CancellationToken cancellationToken)
        {
            var shards = new List<KinesisShard>();
            string? token = null;
            do
            {
                var page = await _api.ListShardsAsync(_source._address.Stream, token, cancellationToken);
                shards.AddRange(page.Shards);
                token = page.NextToken is not null && page.NextToken == token
                    ? throw JsonAnswer.Unreadable("ListShards", "a page is followed by itself")
                    : page.NextToken;
            }
            while (token is not null);

            return shards.Count > 0 ? shards : throw JsonAnswer.Unreadable("ListShards", "it lists no shard");
        }

        private async Task<WorkerEvent> ReadProgressAsync(WorkerCommand.ReadProgress read)
        {
            try
            {
                return await ReadStoredAsync(read);
            }
            catch (Exception exception) when (exception is System.Data.Common.DbException or IOException or TimeoutException)
            {
                return new WorkerEvent.ProgressNotRead(read.Shards, exception);
            }
        }

        private async Task<WorkerEvent.ProgressRead> ReadStoredAsync(WorkerCommand.ReadProgress read)
        {
            var shards = new Dictionary<string, ShardProgress>(StringComparer.Ordinal);
            foreach (var shard in read.Shards)
            {
                shards[shard] = await _progress!.ReadAsync(read.StreamCreatedAt, shard, _reading.Token);
                _leases[shard] = new(LeaseKey(read.StreamCreatedAt, shard), token: null, shards[shard].Checkpoint);
            }

            return new(await _progress!.ReadCreatedAtAsync(_reading.Token), shards);
        }

        // Of a stream that is named without its account and region, the creation time says which one it is.
        private string LeaseKey(DateTimeOffset createdAt, string shard) => string.Create(
            CultureInfo.InvariantCulture, $"{_source._address.Endpoint?.Authority ?? _source._address.Region}/{_source._address.Stream}:{createdAt.ToUnixTimeMilliseconds()}/{shard}");

        private async Task<WorkerEvent> ReadAsync(WorkerCommand.Read read, CancellationToken cancellationToken)
        {
            var shard = Shard(read.Shard);
            var batch = shard.BeginBatch();
            var records = new KinesisRecords(batch, read.SkipThrough);
            var answer = await _api.GetRecordsAsync(read.Iterator, read.Limit, records, cancellationToken);
            _reports.BehindLatest(read.Shard, answer.BehindLatest);
            return new WorkerEvent.RecordsRead(read.Shard, ReadSummary.From(answer, records, batch.Count));
        }

        private async Task<WorkerEvent> DrainAsync(string name)
        {
            var shard = Shard(name);
            var isComplete = false;
            try
            {
                await shard.DrainAsync(Activity(name).Lost);
                isComplete = true;
            }
            catch (OperationCanceledException)
            {
                // The pipeline has given up what is in flight; what is done is done.
            }
            catch (Exception exception)
            {
                _events.Writer.TryWrite(new WorkerEvent.Faulted(exception));
            }

            return new WorkerEvent.Drained(name, shard.Watermark, isComplete);
        }

        private async Task<WorkerEvent?> DelayStreamAsync(WorkerCommand.DelayStream delay)
        {
            var timer = CancellationTokenSource.CreateLinkedTokenSource(_reading.Token);
            lock (_timers)
            {
                if (_timers.Remove(delay.Timer, out var earlier))
                {
                    earlier.Cancel();
                    earlier.Dispose();
                }

                _timers.Add(delay.Timer, timer);
            }

            try
            {
                await Task.Delay(delay.Delay, _context.TimeProvider, timer.Token);
                return new WorkerEvent.StreamDelayElapsed(delay.Timer);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        private Dictionary<string, SequenceNumber> Watermarks()
        {
            var watermarks = new Dictionary<string, SequenceNumber>(StringComparer.Ordinal);
            foreach (var (name, shard) in _shards)
            {
                if (shard.Watermark is { } watermark)
                {
                    watermarks.Add(name, watermark);
                }
            }

            return watermarks;
        }

        private OpenShard Shard(string name) => _shards.GetOrAdd(name, static (shard, run) => new(run._context, new(run._source.Name, shard), run._leases.GetValueOrDefault(shard)), this);
    }
}
