using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>Adds relational sinks to the pipeline, for the packages that bring a database.</summary>
internal static class RelationalSinkRegistration
{
    /// <summary>Adds a sink, and makes its models known to the pipeline.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="name">The sink's name, unless the user gives another.</param>
    /// <param name="tables">What it keeps.</param>
    /// <param name="open">Makes the database's side; called once a host.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    /// <param name="openHistory">Makes the database's side of histories, where it is another; null where it is the same.</param>
    public static CdcBuilder AddRelationalSink(
        this CdcBuilder cdc, string name, TableSet tables, Func<IRelationalStore> open, Action<SinkOptions>? configure, Func<IRelationalStore>? openHistory = null)
    {
        if (tables.Histories.Count > 0)
        {
            cdc.AddHistorySink(name, tables, openHistory ?? open, configure);
            if (tables.Tables.Count + tables.Schemaless.Count == 0)
            {
                return cdc;
            }
        }

        foreach (var table in tables.Tables)
        {
            cdc.Model(table.Model!);
        }

        return cdc.AddSink(_ => new RelationalSink(tables, open()), name, options =>
        {
            foreach (var table in tables.Tables)
            {
                options.Models.Add(table.Model!);
            }

            foreach (var rule in tables.Schemaless)
            {
                options.Tables.Add(rule.Tables);
            }

            options.TellsModelsApart = true;
            configure?.Invoke(options);
        });
    }

    // A subscriber of its own beside the sink of current states: what that refuses, because a column cannot hold it, is in the history nevertheless, and the other way round.
    private static void AddHistorySink(this CdcBuilder cdc, string name, TableSet tables, Func<IRelationalStore> open, Action<SinkOptions>? configure)
    {
        foreach (var table in tables.Histories)
        {
            cdc.Model(table.Model);
        }

        cdc.AddSink(_ => RelationalSink.OfHistories(tables, open()), name + "History", options =>
        {
            foreach (var table in tables.Histories)
            {
                options.Models.Add(table.Model);
            }

            configure?.Invoke(options);
            options.Images = tables.Histories.Aggregate(Images.None, static (images, table) => images | table.Images);

            // The user's name is the other sink's.
            options.Name = options.Name is { } given && tables.Tables.Count + tables.Schemaless.Count > 0 ? given + "History" : options.Name;
        });
    }
}
