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
    private readonly ConcurrentDictionary<(string TableName, string Models), TableRoute> _narrowed = new();
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
            if (route.Models.Count > 1)
            {
                route = Narrow(route, record);
            }

            if (_unmapped.Check(record, route) is { } unmapped)
            {
                return Unreadable(unmapped);
            }

            var subscribers = route.Subscribers;
            if (batch.GetTarget(index) is { } target && target != _subscribers[DeliveryCore.Unreadable].Name)
            {
                var only = Array.FindIndex(_subscribers, subscriber => subscriber.Name == target);
                if (!subscribers.Contains(only))
                {
                    return Unreadable(new CdcDecodeException($"The dead letter is for '{target}', but no handler or sink of that name takes records of this table.")
                    {
                        TableName = record.TableName,
                        Position = position,
                    });
                }

                subscribers = [only];
            }

            return new()
            {
                Batch = state,
                Index = index,
                SequenceNumber = position.SequenceNumber,
                Record = record,
                Activity = _settings.Telemetry.StartRecord(record),
                Operation = record.Operation,
                Route = route,
                Subscribers = subscribers,
                KeyHash = subscribers.Length == 0 ? 0 : route.IsKnown ? record.GetKeyHash(route.Models[0]) : record.GetKeyHash(),
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

    /// <summary>In a table of several models: the way of an item of those that it belongs to.</summary>
    private TableRoute Narrow(TableRoute table, in CdcRecord record)
    {
        var models = new List<CdcModel>(1);
        var doubtful = new List<CdcModel>(0);
        foreach (var model in table.Models)
        {
            switch (ModelMatch.Matches(model, record))
            {
                case true:
                    models.Add(model);
                    break;
                case null:
                    doubtful.Add(model);
                    break;
            }
        }

        if (models.Count == 0)
        {
            models = doubtful; // their decoding says what is wrong
        }

        // A handful of combinations a table, and the names of models cannot hold a line break.
        var name = models.Count == 0 ? "\n" : string.Join('\n', models.Select(model => model.ClrType.FullName));
        return _narrowed.GetOrAdd((table.TableName, name), static (_, state) =>
        {
            if (state.Models.Count == 0)
            {
                state.Reader._settings.Logger.UnknownItem(state.TableName);
            }

            return state.Reader.CreateRoute(state.TableName, state.Models);
        }, (Reader: this, table.TableName, Models: models));
    }

    private TableRoute Route(string tableName)
    {
        if (_routes.TryGetValue(tableName, out var route))
        {
            return route;
        }

        route = CreateRoute(tableName, _settings.Tables.Find(tableName));
        if (_routes.Count < MaximumRoutes && _routes.TryAdd(tableName, route) && !route.IsKnown)
        {
            _settings.Logger.UnknownTable(tableName);
        }

        return route;
    }

    private TableRoute CreateRoute(string tableName, IReadOnlyList<CdcModel> models)
    {
        var subscribers = new List<int>();
        for (var index = 0; index < _subscribers.Length; index++)
        {
            if (_subscribers[index].Accepts(tableName, models))
            {
                subscribers.Add(index);
            }
        }

        return new(tableName, models, [.. subscribers], _settings.Statistics.ForTable(tableName));
    }
}
