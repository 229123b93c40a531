using System.Collections.Concurrent;
using TypedCdc.Delivery;
using TypedCdc.Sinks;

namespace TypedCdc.Sql.Schema;

/// <summary>From the name of a DynamoDB table to the tables that its items go to.</summary>
internal sealed class TableRoutes(IReadOnlyList<TargetTable> tables, ITableRouter router)
{
    // Table names come from the records: what was asked for is kept, but not without bound.
    private const int MaximumNames = 10_000;

    private readonly ConcurrentDictionary<string, TableRoute> _found = new(StringComparer.Ordinal);

    /// <summary>The tables for the items of a DynamoDB table; none for one that this sink does not keep.</summary>
    public TableRoute Find(string tableName) => _found.TryGetValue(tableName, out var route) ? route : Make(tableName);

    // Apart from Find: what its lambdas capture is allocated wherever the method is entered.
    private TableRoute Make(string tableName)
    {
        var models = router.Find(tableName);
        var route = new TableRoute([.. tables.Where(table => models.Any(model => model.ClrType == table.Model!.ClrType))], models.Count > 1 || models.Any(static model => model.IsSelective));
        if (_found.Count < MaximumNames)
        {
            _found.TryAdd(tableName, route);
        }

        return route;
    }
}

/// <summary>Where the items of one DynamoDB table go.</summary>
/// <param name="Tables">The tables of this sink.</param>
/// <param name="IsShared">Not every item of the DynamoDB table is of every model: each item must be asked which one it is of.</param>
internal readonly record struct TableRoute(TargetTable[] Tables, bool IsShared);
