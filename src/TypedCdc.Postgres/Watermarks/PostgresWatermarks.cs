using Microsoft.Extensions.Logging;
using Npgsql;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>The watermarks of lanes, in the sink's database: read when a reading begins, written by <see cref="PostgresWatermarkWriter"/>.</summary>
internal sealed class PostgresWatermarks(NpgsqlDataSource dataSource) : IWatermarkStore
{
    /// <summary>Makes the table. Its rows are rewritten by every write, which a half-empty page takes without touching the index.</summary>
    public const string Create = """
        CREATE TABLE IF NOT EXISTS "cdc_watermarks" ("application" text NOT NULL, "target" text NOT NULL, "lease" text NOT NULL, "lanes" integer NOT NULL, "lane" integer NOT NULL,
            "first" text COLLATE "C" NOT NULL, "last" text COLLATE "C" NOT NULL, "checkpoint" text COLLATE "C" NOT NULL, "token" bigint, "identity" text NOT NULL, "model" text NOT NULL,
            "written_at" timestamptz NOT NULL DEFAULT now(), PRIMARY KEY ("application", "lease", "target", "lanes", "lane")) WITH (fillfactor = 50)
        """;

    // One row is enough: the largest of all counts. And one lock.
    private const string Remember = """
        UPDATE "cdc_watermarks" SET "checkpoint" = $3 WHERE "application" = $1 AND "lease" = $2 AND "checkpoint" < $3 AND ("target", "lanes", "lane") = (
            SELECT "target", "lanes", "lane" FROM "cdc_watermarks" WHERE "application" = $1 AND "lease" = $2 ORDER BY "target", "lanes", "lane" LIMIT 1)
        """;

    private const string Select = """
        SELECT "target", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model" FROM "cdc_watermarks" WHERE "application" = $1 AND "lease" = $2
        ORDER BY "target", "lanes", "lane" FOR UPDATE
        """;

    /// <summary>Which table of a name it is: one that is dropped, emptied by TRUNCATE or rewritten has another file.</summary>
    internal static string IdentityOf(string name) => $"(SELECT c.oid::text || '.' || coalesce(pg_relation_filenode(c.oid), 0)::text FROM pg_class AS c WHERE c.oid = to_regclass({name}))";

    /// <summary>Makes the table where the mode lets it.</summary>
    /// <returns>Null where it is not there.</returns>
    public static async Task<PostgresWatermarks?> OpenAsync(NpgsqlDataSource dataSource, NpgsqlConnection connection, MigrationMode migrations, ILogger logger, CancellationToken cancellationToken)
    {
        if (await EnsureAsync(connection, migrations, cancellationToken))
        {
            return new(dataSource);
        }

        logger.WithoutWatermarks(Create);
        return null;
    }

    private static async Task<bool> EnsureAsync(NpgsqlConnection connection, MigrationMode migrations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""SELECT to_regclass('"cdc_watermarks"') IS NOT NULL""", connection);
        if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            return true;
        }

        if (migrations is not (MigrationMode.AddOnly or MigrationMode.Widen))
        {
            return false;
        }

        // One worker at a time: two that make the same table at once fail, IF NOT EXISTS or not.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await PostgresMigrations.ExecuteAsync(connection, PostgresMigrations.Lock, cancellationToken);
        await PostgresMigrations.ExecuteAsync(connection, Create, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async ValueTask<IReadOnlyList<StoredWatermark>> ClaimAsync(string application, ShardLease lease, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stored = new List<StoredWatermark>();
        await using (var select = new NpgsqlCommand(Select, connection) { Parameters = { new() { Value = application }, new() { Value = lease.Key } } })
        {
            await using var reader = await select.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                stored.Add(new(
                    reader.GetString(0), lease.Key, reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                    reader.IsDBNull(6) ? null : reader.GetInt64(6), reader.GetString(7), reader.GetString(8)));
            }
        }

        var claim = LeaseClaim.Of(lease, stored, application);
        if (claim.IsRewound)
        {
            await ExecuteAsync(connection, """UPDATE "cdc_watermarks" SET "model" = '', "checkpoint" = $3 WHERE "application" = $1 AND "lease" = $2""", application, lease.Key, StoredWatermark.ToText(lease.Start), cancellationToken);
        }

        if (lease.Token is { } token && stored.Count > 0)
        {
            await ExecuteAsync(connection, """UPDATE "cdc_watermarks" SET "token" = $3 WHERE "application" = $1 AND "lease" = $2 AND "token" IS DISTINCT FROM $3""", application, lease.Key, token, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return claim.IsRewound ? [] : stored;
    }

    public async ValueTask<TableIdentity> IdentifyAsync(TargetTable table, CancellationToken cancellationToken)
    {
        var name = SqlName.Quote(table.Schema, SqlName.OfTable(table.Name));
        await using var command = dataSource.CreateCommand($"SELECT {IdentityOf("$1")}, NOT EXISTS (SELECT 1 FROM {name})");
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetString(0), reader.GetBoolean(1));
    }

    public async ValueTask RememberCheckpointAsync(string application, ShardLease lease, SequenceNumber checkpoint, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, Remember, application, lease.Key, StoredWatermark.ToText(checkpoint), cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, string application, string lease, object value, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = application }, new() { Value = lease }, new() { Value = value } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
