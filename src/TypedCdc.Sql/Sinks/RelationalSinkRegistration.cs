namespace TypedCdc.Sql;

/// <summary>Adds relational sinks to the pipeline, for the packages that bring a database.</summary>
internal static class RelationalSinkRegistration
{
    /// <summary>Adds a sink, and makes its models known to the pipeline.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="name">The sink's name, unless the user gives another.</param>
    /// <param name="tables">What it keeps.</param>
    /// <param name="open">Makes the database's side; called once a host.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder AddRelationalSink(
        this CdcBuilder cdc, string name, TableSet tables, Func<IRelationalStore> open, Action<SinkOptions>? configure)
    {
        foreach (var table in tables.Tables)
        {
            cdc.Model(table.Model);
        }

        return cdc.AddSink(_ => new RelationalSink(tables, open()), name, options =>
        {
            foreach (var table in tables.Tables)
            {
                options.Models.Add(table.Model);
            }

            configure?.Invoke(options);
        });
    }
}
