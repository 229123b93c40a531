namespace TypedCdc.Sql;

/// <summary>What a database has to do for a relational sink.</summary>
internal interface IRelationalStore : IAsyncDisposable
{
    /// <summary>The database's name in metrics, as OpenTelemetry's <c>db.system.name</c> has it.</summary>
    string Name { get; }

    /// <summary>What the database's types cannot hold, though their .NET counterparts can.</summary>
    ValueLimits Limits { get; }

    /// <summary>Creates what is missing; refuses what does not fit.</summary>
    ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken);

    /// <summary>
    /// Writes, for each key of each table, the newest row that the database takes, unless the table has a newer one: all of it or nothing. Rows that it refuses are
    /// told to <see cref="WriteBatch.Reject"/>.
    /// </summary>
    ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken);
}
