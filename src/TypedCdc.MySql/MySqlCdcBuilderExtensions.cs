using TypedCdc.MySql;

namespace TypedCdc;

/// <summary>Adds a MySQL or MariaDB sink to the pipeline.</summary>
public static class MySqlCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in MySQL or MariaDB. Tables and views are created on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">MySqlConnector's connection string, with the database.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToMySql(this CdcBuilder cdc, string connectionString, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null) =>
        cdc.ToMySql(new MySqlSinkOptions { ConnectionString = connectionString }, tables, configure);

    /// <summary>Keeps the current state of models' items in MySQL or MariaDB. Tables and views are created on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="options">The server and how it is written to.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToMySql(this CdcBuilder cdc, MySqlSinkOptions options, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(options);
        var connection = options.Validate();
        var connections = options.Connections;
        return cdc.ToDatabase("MySql", () => new MySqlDatabase(connection), tables, sink =>
        {
            sink.Concurrency = connections;
            configure?.Invoke(sink);
        });
    }
}
