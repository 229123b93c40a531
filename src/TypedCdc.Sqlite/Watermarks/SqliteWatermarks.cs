using System.Globalization;
using System.Text;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// The watermarks of lanes, in the sink's database. SQLite gives a table no identity of its own that goes when it is dropped; but whatever is made, dropped or changed counts up the schema's version, so
/// that under another one no watermark holds.
/// </summary>
internal static class SqliteWatermarks
{
    /// <summary>Makes the table.</summary>
    public const string Create = """
        CREATE TABLE IF NOT EXISTS "cdc_watermarks" ("application" TEXT NOT NULL, "target" TEXT NOT NULL, "lease" TEXT NOT NULL, "lanes" INTEGER NOT NULL, "lane" INTEGER NOT NULL,
            "first" TEXT NOT NULL, "last" TEXT NOT NULL, "checkpoint" TEXT NOT NULL, "token" INTEGER, "identity" TEXT NOT NULL, "model" TEXT NOT NULL,
            PRIMARY KEY ("application", "lease", "target", "lanes", "lane")) WITHOUT ROWID
        """;

    // One row is enough: the largest of all counts. And one lock.
    private const string Remember = """
        UPDATE "cdc_watermarks" SET "checkpoint" = ?3 WHERE "application" = ?1 AND "lease" = ?2 AND "checkpoint" < ?3 AND ("target", "lanes", "lane") = (
            SELECT "target", "lanes", "lane" FROM "cdc_watermarks" WHERE "application" = ?1 AND "lease" = ?2 ORDER BY "target", "lanes", "lane" LIMIT 1)
        """;

    private const string Select = """
        SELECT "target", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model" FROM "cdc_watermarks" WHERE "application" = ?1 AND "lease" = ?2
        """;

    private const string NewestToken = """SELECT max("token") FROM "cdc_watermarks" WHERE "application" = ?1 AND "lease" = ?2""";

    // A token that was written stays: also where the writer has none.
    private const string Upsert = """
        INSERT INTO "cdc_watermarks" AS t ("application", "target", "lease", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model")
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT ("application", "lease", "target", "lanes", "lane") DO UPDATE SET "first" = excluded."first", "last" = excluded."last", "checkpoint" = excluded."checkpoint",
            "token" = coalesce(excluded."token", t."token"), "identity" = excluded."identity", "model" = excluded."model"
        """;

    /// <summary>Whether the database has the table; makes it where the mode lets it.</summary>
    public static bool Ensure(SqliteConnection connection, MigrationMode migrations)
    {
        if (migrations is MigrationMode.AddOnly or MigrationMode.Widen)
        {
            connection.Execute(Create);
            return true;
        }

        return connection.Query("SELECT 1 FROM sqlite_master WHERE name = 'cdc_watermarks'").Count > 0;
    }

    /// <summary>Begins a reading; to be called in a transaction (<see cref="IWatermarkStore.ClaimAsync"/>).</summary>
    public static IReadOnlyList<StoredWatermark> Claim(SqliteConnection connection, string application, ShardLease lease)
    {
        var stored = connection.Query(Select, application, lease.Key).ConvertAll(row => new StoredWatermark(
            row[0]!, lease.Key, Number(row[1]!), Number(row[2]!), row[3]!, row[4]!, row[5]!, row[6] is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : null, row[7]!, row[8]!));
        var claim = LeaseClaim.Of(lease, stored, application);
        if (claim.IsRewound)
        {
            connection.Query("""UPDATE "cdc_watermarks" SET "model" = '', "checkpoint" = ?3 WHERE "application" = ?1 AND "lease" = ?2""", application, lease.Key, StoredWatermark.ToText(lease.Start));
        }

        if (lease.Token is { } own && stored.Count > 0)
        {
            connection.Query(
                """UPDATE "cdc_watermarks" SET "token" = CAST(?3 AS INTEGER) WHERE "application" = ?1 AND "lease" = ?2""", application, lease.Key, own.ToString(CultureInfo.InvariantCulture));
        }

        return claim.IsRewound ? [] : stored;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Which table of its name it is.</summary>
    public static TableIdentity Identify(SqliteConnection connection, TargetTable table) => new(
        SchemaVersion(connection), connection.Query($"SELECT 1 FROM {SqlName.Quote(SqlName.OfTable(table.Name))} LIMIT 1").Count == 0);

    /// <summary>Remembers a checkpoint with a shard's watermarks.</summary>
    public static void RememberCheckpoint(SqliteConnection connection, string application, ShardLease lease, SequenceNumber checkpoint) => connection.Query(
        Remember, application, lease.Key, StoredWatermark.ToText(checkpoint));

    /// <summary>Writes a plan's watermarks; to be called when the write's rows are written, in their transaction.</summary>
    /// <exception cref="StaleLeaseException">Another worker has a shard of the write.</exception>
    /// <exception cref="TableChangedException">A table is another one than it was.</exception>
    public static void Write(SqliteConnection connection, SqliteStatement upsert, WatermarkPlan plan, WriteBatch batch)
    {
        foreach (var lease in plan.Leases)
        {
            if (lease.Token is not null && connection.Query(NewestToken, plan.Application, lease.Key) is [[{ } newest]])
            {
                LeaseClaim.RequireNewest(lease, long.Parse(newest, CultureInfo.InvariantCulture), plan.Application);
            }
        }

        var rows = plan.Finish(batch);
        if (rows.Count == 0)
        {
            return;
        }

        var version = SchemaVersion(connection);
        foreach (var row in rows)
        {
            if (!string.Equals(row.Identity, version, StringComparison.Ordinal))
            {
                throw new TableChangedException();
            }

            BindText(upsert, 1, plan.Application);
            BindText(upsert, 2, row.Target);
            BindText(upsert, 3, row.Lease);
            upsert.BindInt64(4, row.Lanes);
            upsert.BindInt64(5, row.Lane);
            BindText(upsert, 6, row.First);
            BindText(upsert, 7, row.Last);
            BindText(upsert, 8, row.Checkpoint);
            if (row.Token is { } token)
            {
                upsert.BindInt64(9, token);
            }
            else
            {
                upsert.BindNull(9);
            }

            BindText(upsert, 10, row.Identity);
            BindText(upsert, 11, row.Model);
            upsert.Step();
            upsert.Reset();
        }
    }

    /// <summary>Prepares what <see cref="Write"/> runs.</summary>
    public static SqliteStatement PrepareUpsert(SqliteConnection connection) => connection.Prepare(Upsert);

    private static string SchemaVersion(SqliteConnection connection) => connection.Query("PRAGMA schema_version")[0][0]!;

    private static void BindText(SqliteStatement statement, int parameter, string text) => statement.BindText(parameter, Encoding.UTF8.GetBytes(text));
}
