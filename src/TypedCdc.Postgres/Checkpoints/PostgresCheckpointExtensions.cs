using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Postgres;
using TypedCdc.Sql.Checkpoints;

namespace TypedCdc;

/// <summary>Checkpoints in PostgreSQL.</summary>
public static class PostgresCheckpointExtensions
{
    /// <summary>Keeps the checkpoints of sources in a table of a PostgreSQL database, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="schema">Its schema, which must exist; null for the first of the connection's search path.</param>
    public static CdcBuilder CheckpointsToPostgres(this CdcBuilder cdc, string connectionString, string table = "cdc_checkpoints", string? schema = null) => string.IsNullOrWhiteSpace(connectionString)
        ? throw new CdcConfigurationException("The table of checkpoints has no server. Give it a connection string: cdc.CheckpointsToPostgres(\"Host=…;Database=…\").")
        : cdc.CheckpointsTo(services => new SqlCheckpointStore(new NpgsqlDatabase("the table of checkpoints", dataSource: null, connectionString), table, schema, services.GetService<TimeProvider>()));
}
