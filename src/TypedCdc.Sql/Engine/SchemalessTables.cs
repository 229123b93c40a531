using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TypedCdc.Sinks;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>The tables without a model that a sink has met, and how they come to be.</summary>
internal sealed class SchemalessTables(TableSet tables, ITableRouter router, IRelationalStore store, SinkMetrics metrics, ILogger logger) : ISchemalessRules
{
    // Table names come from the records: what was asked for is kept, but not without bound.
    private const int MaximumNames = 10_000;

    private readonly ConcurrentDictionary<string, SchemalessRule?> _rules = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _opening = new(1, 1);

    private volatile SchemalessCatalog _current = new(tables.Tables, new Dictionary<string, SchemalessTable>(StringComparer.Ordinal));

    /// <summary>All tables of the sink as they are now, those of models first.</summary>
    public SchemalessCatalog Current => _current;

    /// <summary>Whether the sink may make tables and add columns.</summary>
    public bool MayAdd { get; } = tables.Migrations is MigrationMode.AddOnly or MigrationMode.Widen;

    /// <summary>How the items of a DynamoDB table are kept; null where a model of this sink has them, or nobody wants them.</summary>
    public SchemalessRule? Find(string tableName)
    {
        if (tables.Schemaless.Count == 0)
        {
            return null;
        }

        return _rules.TryGetValue(tableName, out var rule) ? rule : Decide(tableName);
    }

    /// <summary>Makes tables and adds columns; finds out what other workers have added meanwhile.</summary>
    /// <param name="wanted">The tables with the columns that are wanted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask OpenAsync(IReadOnlyCollection<SchemalessShape> wanted, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            foreach (var shape in wanted)
            {
                var known = _current.Tables.GetValueOrDefault(shape.TableName)?.Shape;
                if (known is null || shape.Columns.Any(column => !known.Has(column)))
                {
                    await OpenUnsynchronizedAsync(known?.With(shape.Columns) ?? shape, cancellationToken);
                }
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Looks again at a table to which another worker has added columns.</summary>
    public async ValueTask RefreshAsync(TargetTable table, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_current.Tables.Values.FirstOrDefault(known => known.Target == table) is { } stale)
            {
                await OpenUnsynchronizedAsync(stale.Shape, cancellationToken);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Looks again at the table of a DynamoDB table.</summary>
    /// <returns>The table; none where the DynamoDB table has a model, is not wanted, or was not met yet.</returns>
    public async ValueTask<IEnumerable<TargetTable>> RefreshAsync(string tableName, CancellationToken cancellationToken)
    {
        if (Find(tableName) is null || !_current.Tables.TryGetValue(tableName, out var known))
        {
            return [];
        }

        await RefreshAsync(known.Target, cancellationToken);
        return _current.Tables[tableName] is { Shape.Refusal: null } table ? [table.Target] : [];
    }

    private async ValueTask OpenUnsynchronizedAsync(SchemalessShape wanted, CancellationToken cancellationToken)
    {
        var current = _current;
        var known = current.Tables.GetValueOrDefault(wanted.TableName);
        var shape = IsOfAnotherTable(current, wanted) is { } reason ? wanted.Refuse(reason) : await store.OpenAsync(wanted, tables.Migrations, cancellationToken);
        if (known is not null && string.Equals(known.Shape.Schema.Revision, shape.Schema.Revision, StringComparison.Ordinal) && shape.Refusal is null)
        {
            return; // nobody has added anything, and nobody may
        }

        if (shape.Refusal is { } refusal && known?.Shape.Refusal is null)
        {
            logger.LogError("No record of the DynamoDB table '{Table}' can be written, each becomes a dead letter: {Reason}", shape.TableName, refusal);
        }

        var index = known?.Target.Index ?? current.All.Count;
        var target = shape.ToTarget(index, store.Limits);
        target.SnapshotMargin = tables.SnapshotMargin;
        if (known is null && shape.Refusal is null && MayAdd && store.CanFinishSnapshots)
        {
            // What a crash has left undone.
            metrics.Removed(await store.FinishSnapshotAsync(target, null, cancellationToken));
        }

        var all = current.All.ToList();
        if (known is null)
        {
            all.Add(target);
        }
        else
        {
            all[index] = target;
        }

        _current = new(all, new Dictionary<string, SchemalessTable>(current.Tables, StringComparer.Ordinal) { [shape.TableName] = new(shape, target) });
    }

    private static string? IsOfAnotherTable(SchemalessCatalog current, SchemalessShape wanted)
    {
        var other = current.All.FirstOrDefault(table => string.Equals(table.Name, wanted.SqlName, StringComparison.Ordinal) && string.Equals(table.Schema, wanted.Rule.SqlSchema, StringComparison.Ordinal));
        return other is null || current.Tables.GetValueOrDefault(wanted.TableName)?.Target == other
            ? null
            : $"The table '{wanted.SqlName}' already holds the items of the DynamoDB table '{other.SourceTable}'. Add '{wanted.TableName}' by its exact name and give it another SqlName.";
    }

    // Apart from Find: what its lambdas capture is allocated wherever the method is entered.
    private SchemalessRule? Decide(string tableName)
    {
        var models = router.Find(tableName);
        var rule = tables.Tables.Any(table => models.Any(model => model.ClrType == table.Model?.ClrType))
            ? null
            : tables.Schemaless.Where(rule => rule.Pattern.Matches(tableName)).MaxBy(static rule => rule.Pattern.IsExact ? int.MaxValue : rule.Pattern.FixedLength);
        if (_rules.Count < MaximumNames)
        {
            _rules.TryAdd(tableName, rule);
        }

        return rule;
    }
}
