using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Sql.Checkpoints;
using TypedCdc.Sqlite;

namespace TypedCdc;

/// <summary>Checkpoints in SQLite.</summary>
public static class SqliteCheckpointExtensions
{
    /// <summary>Keeps the checkpoints of sources in a table of a SQLite database, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="path">The database file; it must outlive the process.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder CheckpointsToSqlite(this CdcBuilder cdc, string path, string table = "cdc_checkpoints")
    {
        if (string.IsNullOrWhiteSpace(path) || path.StartsWith(":memory:", StringComparison.Ordinal))
        {
            throw new CdcConfigurationException("Checkpoints must outlive the process: name a file, cdc.CheckpointsToSqlite(\"checkpoints.db\").");
        }

        return cdc.CheckpointsTo(services => new SqlCheckpointStore(new SqliteDatabase(new() { Path = path }) { IsKeptForOwner = true }, table, time: services.GetService<TimeProvider>()));
    }
}
