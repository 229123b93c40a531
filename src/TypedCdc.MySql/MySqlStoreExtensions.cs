using TypedCdc.DeadLetters;
using TypedCdc.MySql;

namespace TypedCdc;

/// <summary>Dead letters and checkpoints in MySQL or MariaDB.</summary>
public static class MySqlStoreExtensions
{
    /// <summary>Keeps what cannot be delivered in a table, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">MySqlConnector's connection string, with the database.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder DeadLettersToMySql(this CdcBuilder cdc, string connectionString, string table = "cdc_dead_letters") =>
        cdc.DeadLettersToDatabase(Database(connectionString), table);

    /// <summary>Delivers the dead letters of a table again, after the mistake is fixed. What fails again stays in the table.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">MySqlConnector's connection string, with the database.</param>
    /// <param name="configure">Which letters, and what becomes of them.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder FromMySqlDeadLetters(this CdcBuilder cdc, string connectionString, Action<RedriveOptions>? configure = null, string table = "cdc_dead_letters") =>
        cdc.FromDatabaseDeadLetters("MySQL table " + table, Database(connectionString), configure, table);

    /// <summary>Keeps the checkpoints of sources in a table, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">MySqlConnector's connection string, with the database.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder CheckpointsToMySql(this CdcBuilder cdc, string connectionString, string table = "cdc_checkpoints") =>
        cdc.CheckpointsToDatabase(Database(connectionString), table);

    private static Func<MySqlDatabase> Database(string connectionString)
    {
        var connection = new MySqlSinkOptions { ConnectionString = connectionString }.Validate();
        return () => new(connection);
    }
}
