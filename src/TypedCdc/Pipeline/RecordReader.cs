using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Pipeline;

/// <summary>Parses the envelopes of a published batch and finds out where each record goes.</summary>
internal sealed class RecordReader
{
    private const int MaximumRoutes = 10_000; // table names come from outside
    private static readonly int[] ToUnreadable = [DeliveryCore.Unreadable];

    private readonly EngineSettings _settings;
    private readonly Subscriber[] _subscribers;
    private readonly ConcurrentDictionary<string, TableRoute> _routes = new(StringComparer.Ordinal);
    private readonly CdcRecordOptions _options;
    private readonly UnmappedAttributeWatch _unmapped;

    internal RecordReader(EngineSettings settings, Subscriber[] subscribers)
    {
        _settings = settings;
        _subscribers = subscribers;
        _options = new() { EnableSensitiveData = settings.EnableSensitiveData };
        _unmapped = new(settings);
    }

    internal BatchState Read(ShardState shard, Reservation reservation, RecordBatch batch)
    {
        var options = batch.TableName is null ? _options : _options with { TableName = batch.TableName };
        var state = new BatchState(shard, reservation, batch);
        for (var index = 0; index < batch.Count; index++)
        {
            state.Records.Add(Read(state, batch, index, options));
        }

        return state;
    }

    private TrackedRecord Read(BatchState state, RecordBatch batch, int index, CdcRecordOptions options)
    {
        var position = batch.GetPosition(index);
        var utf8 = batch.GetUtf8(index);
        if (batch.GetProblem(index) is { } problem)
        {
            return Unreadable(new CdcDecodeException(problem) { Position = position });
        }

        try
        {
            var record = CdcRecord.Parse(utf8, position, options);
            var route = Route(record.TableName);
            if (_unmapped.Check(record, route) is { } unmapped)
            {
                return Unreadable(unmapped);
            }

            return new()
            {
                Batch = state,
                Index = index,
                SequenceNumber = position.SequenceNumber,
                Record = record,
                Operation = record.Operation,
                Route = route,
                Subscribers = route.Subscribers,
                KeyHash = route.Subscribers.Length == 0 ? 0 : record.GetKeyHash(),
                SizeBytes = utf8.Length,
            };
        }
        catch (CdcDecodeException exception)
        {
            return Unreadable(exception);
        }

        TrackedRecord Unreadable(Exception exception) => new()
        {
            Batch = state,
            Index = index,
            SequenceNumber = position.SequenceNumber,
            Unreadable = exception,
            Subscribers = ToUnreadable,
            SizeBytes = utf8.Length,
        };
    }

    private TableRoute Route(string tableName)
    {
        if (_routes.TryGetValue(tableName, out var route))
        {
            return route;
        }

        var models = _settings.Tables.Find(tableName);
        var subscribers = new List<int>();
        for (var index = 0; index < _subscribers.Length; index++)
        {
            if (_subscribers[index].Accepts(tableName, models))
            {
                subscribers.Add(index);
            }
        }

        route = new(tableName, models, [.. subscribers], _settings.Statistics.ForTable(tableName));
        if (_routes.Count < MaximumRoutes && _routes.TryAdd(tableName, route) && !route.IsKnown)
        {
            _settings.Logger.UnknownTable(tableName);
        }

        return route;
    }
}
