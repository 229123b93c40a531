namespace TypedCdc.Sql;

/// <summary>What a database has to do for a history.</summary>
internal interface IHistoryStore : IAsyncDisposable
{
    /// <summary>The database's name in metrics.</summary>
    string Name { get; }

    /// <summary>What the database's types cannot hold, though their .NET counterparts can.</summary>
    ValueLimits Limits { get; }

    /// <summary>Creates what is missing; refuses what does not fit.</summary>
    ValueTask StartAsync(IReadOnlyList<HistoryTable> tables, MigrationMode mode, SinkContext context, CancellationToken cancellationToken);

    /// <summary>Adds the rows that a table does not have yet, in their order; durable on return. Rows that the database refuses are added to <paramref name="rejected"/>.</summary>
    /// <returns>How many rows were new.</returns>
    ValueTask<long> AppendAsync(int table, List<HistoryRow> rows, List<RejectedRecord> rejected, CancellationToken cancellationToken);
}
