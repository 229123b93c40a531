using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TypedCdc.Decoding;
using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>Parses the envelopes of a published batch and finds out where each record goes.</summary>
internal sealed class RecordReader
{
    private const int MaximumModels = 128;   // a bit each, in _narrowed
    private const int MaximumRoutes = 10_000; // table names come from outside
    private static readonly int[] ToUnreadable = [DeliveryCore.Unreadable];

    private readonly EngineSettings _settings;
    private readonly Subscriber[] _subscribers;
    private readonly ConcurrentDictionary<string, TableRoute> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(TableRoute Table, UInt128 Models), TableRoute> _narrowed = new(); // by a bit for each of the table's models
    private readonly RecordPool _pool = new();
    private readonly CdcRecordOptions _options;
    private readonly UnmappedAttributeWatch _unmapped;
    private readonly KeyMismatchWatch _mismatches;

    internal RecordReader(EngineSettings settings, Subscriber[] subscribers)
    {
        _settings = settings;
        _subscribers = subscribers;
        _options = new() { EnableSensitiveData = settings.EnableSensitiveData };
        _unmapped = new(settings);
        _mismatches = new(settings);
    }

    internal BatchState Read(ShardState shard, Reservation reservation, RecordBatch batch)
    {
        var options = batch.TableName is null && batch.SnapshotTime is null ? _options : _options with { TableName = batch.TableName, Timestamp = batch.SnapshotTime };
        var state = new BatchState(shard, reservation, batch, _pool);
        for (var index = 0; index < batch.Count; index++)
        {
            Read(state, batch, index, options, state.Records[index]);
        }

        return state;
    }

    private void Read(BatchState state, RecordBatch batch, int index, CdcRecordOptions options, TrackedRecord tracked)
    {
        var position = batch.GetPosition(index);
        var utf8 = batch.GetUtf8(index);
        tracked.Batch = state;
        tracked.Index = index;
        tracked.SequenceNumber = position.SequenceNumber;
        tracked.SizeBytes = utf8.Length;
        var isAlone = IsAlone(state.Shard, batch, index);
        if (batch.GetProblem(index) is { } problem)
        {
            Refuse(new CdcDecodeException(problem) { Position = position });
            return;
        }

        try
        {
            var record = CdcRecord.Parse(utf8, position, options);
            if (batch.GetCarriedNumber(index) is var carried && carried != default)
            {
                record = record.WithCarriedNumber(carried);
            }

            var route = Route(record.TableName);
            if (route.IsShared)
            {
                var table = route;
                route = NarrowOrExplain(table, record);
                if (route.Models.Count == 0 && _mismatches.Check(record, table, out var mismatch))
                {
                    if (mismatch is not null)
                    {
                        Refuse(mismatch);
                        return;
                    }

                    tracked.HasKeyMismatch = true;
                }

                if (!route.IsKnown && _settings.Unmapped == UnmappedAttributes.Fail)
                {
                    Refuse(new CdcDecodeException("The item belongs to none of the table's models, and OnUnmapped says that this is an error.")
                    {
                        TableName = record.TableName,
                        Position = position,
                    });
                    return;
                }
            }

            if (_unmapped.Check(record, route) is { } unmapped)
            {
                Refuse(unmapped);
                return;
            }

            var subscribers = route.Subscribers;
            if (batch.GetTarget(index) is { } target && target != _subscribers[DeliveryCore.Unreadable].Name)
            {
                var only = IndexOf(target);
                if (!subscribers.Contains(only))
                {
                    Refuse(new CdcDecodeException($"The dead letter is for '{target}', but no handler or sink of that name takes records of this table.")
                    {
                        TableName = record.TableName,
                        Position = position,
                    });
                    return;
                }

                subscribers = [only];
            }

            tracked.KeyHash = subscribers.Length == 0 ? 0 : route.Models.Count > 0 ? record.GetKeyHash(route.Models[0]) : record.GetKeyHash();
            tracked.Record = isAlone && CanBeSkipped(state.Shard, batch, index, record) ? record.With(state.Shard.Lease, tracked.KeyHash) : record;
            tracked.Operation = record.Operation;
            tracked.Route = route;
            tracked.Subscribers = subscribers;
            tracked.Activity = _settings.Telemetry.StartRecord(record);
        }
        catch (CdcDecodeException exception)
        {
            Refuse(exception);
        }

        void Refuse(Exception exception)
        {
            tracked.KeyHash = 0;
            tracked.Unreadable = exception;
            state.Shard.UnreadableArrived();
            tracked.Subscribers = ToUnreadable;
        }
    }

    /// <summary>
    /// Whether the position is this record's alone, and behind all that were published before. Records out of one aggregate share one, which then does not say which of them was written.
    /// </summary>
    private static bool IsAlone(ShardState shard, RecordBatch batch, int index)
    {
        if (shard.Lease is null)
        {
            return false;
        }

        var number = batch.GetPosition(index).SequenceNumber;
        var isBehind = shard.LastPublished is not { } last || number > last;
        shard.LastPublished = isBehind ? number : shard.LastPublished;
        return isBehind && (index + 1 == batch.Count || batch.GetPosition(index + 1).SequenceNumber != number);
    }

    /// <summary>
    /// Whether a sink may go by the record's position. Without keys nobody knows its lane. And what comes behind an unreadable record goes without a lease until that is settled: after a crash it may be read
    /// with another model, and must not stand between positions that were written.
    /// </summary>
    private static bool CanBeSkipped(ShardState shard, RecordBatch batch, int index, in CdcRecord record) =>
        record.Operation != ChangeOperation.Snapshot && !record.Keys.IsEmpty && batch.GetTarget(index) is null && !shard.HasUnsettledUnreadable;

    private int IndexOf(string subscriber)
    {
        for (var index = 0; index < _subscribers.Length; index++)
        {
            if (_subscribers[index].Name == subscriber)
            {
                return index;
            }
        }

        return -1;
    }

    private TableRoute NarrowOrExplain(TableRoute table, in CdcRecord record)
    {
        try
        {
            return Narrow(table, record);
        }
        catch (CdcDecodeException exception)
        {
            exception.TableName = record.TableName;
            exception.Position = record.Position;
            throw;
        }
    }

    /// <summary>In a table of several models: the way of an item of those that it belongs to.</summary>
    private TableRoute Narrow(TableRoute table, in CdcRecord record)
    {
        UInt128 certain = 0, byKey = 0;
        for (var index = 0; index < table.Models.Count; index++)
        {
            switch (ModelMatch.Match(table.Models[index], record))
            {
                case ModelVerdict.Yes:
                    certain |= UInt128.One << index;
                    break;
                case ModelVerdict.ByKeyAlone:
                    byKey |= UInt128.One << index;
                    break;
            }
        }

        // Without an image, a key that is of one model's form is that model's; of several, nobody can say.
        var models = certain != 0 ? certain : UInt128.IsPow2(byKey) ? byKey : 0;

        // A handful of combinations a table.
        return _narrowed.TryGetValue((table, models), out var route) ? route : _narrowed.GetOrAdd((table, models), CreateNarrowed(table, models));
    }

    private TableRoute CreateNarrowed(TableRoute table, UInt128 models)
    {
        if (models == 0 && _settings.Unmapped != UnmappedAttributes.Ignore)
        {
            _settings.Logger.UnknownItem(table.TableName);
        }

        return CreateRoute(table.TableName, [.. table.Models.Where((_, index) => (models & (UInt128.One << index)) != 0)], table.Models);
    }

    private TableRoute Route(string tableName)
    {
        if (_routes.TryGetValue(tableName, out var route))
        {
            return route;
        }

        var models = _settings.Tables.Find(tableName);
        route = CreateRoute(tableName, models, models);
        if (_routes.Count < MaximumRoutes && _routes.TryAdd(tableName, route) && !route.IsKnown)
        {
            _settings.Logger.UnknownTable(tableName);
        }

        return route;
    }

    /// <param name="tableName">The table.</param>
    /// <param name="models">The models that the way is for.</param>
    /// <param name="all">All models of the table: for subscribers that tell them apart themselves.</param>
    private TableRoute CreateRoute(string tableName, IReadOnlyList<CdcModel> models, IReadOnlyList<CdcModel> all)
    {
        if (models.Count > MaximumModels)
        {
            throw new CdcConfigurationException($"Table '{tableName}' has {models.Count} models, but at most {MaximumModels} can share one.");
        }

        var subscribers = new List<int>();
        for (var index = 0; index < _subscribers.Length; index++)
        {
            if (_subscribers[index].Accepts(tableName, _subscribers[index].TellsModelsApart ? all : models))
            {
                subscribers.Add(index);
            }
        }

        return new(tableName, models, [.. subscribers], _settings.Statistics.ForTable(tableName)) { IsNamed = _subscribers.Any(subscriber => subscriber.Names(tableName)) };
    }
}
