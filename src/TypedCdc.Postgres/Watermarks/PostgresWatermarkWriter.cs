using Npgsql;
using NpgsqlTypes;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>Writes watermarks in the transaction of their rows: one round trip a write, prepared once a session, or none where the write is one round trip by itself.</summary>
internal sealed class PostgresWatermarkWriter
{
    private const string Refusal = PostgresStatements.OtherWay + "its watermarks";

    // In one order for all writers, or they would wait for each other. A token that was written stays: also where the writer has none.
    private static readonly string Upsert = $"""
        INSERT INTO "cdc_watermarks" AS t ("application", "target", "lease", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model")
        SELECT $1, u."target", u."lease", u."lanes", u."lane", u."first", u."last", u."checkpoint", u."token", u."identity", u."model"
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY AS u("target", "lease", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model", "place")
        WHERE u."identity" = {PostgresWatermarks.IdentityOf("u.\"target\"")}
        ORDER BY u."place"
        ON CONFLICT ("application", "lease", "target", "lanes", "lane") DO UPDATE SET "first" = excluded."first", "last" = excluded."last", "checkpoint" = excluded."checkpoint",
            "token" = coalesce(excluded."token", t."token"), "identity" = excluded."identity", "model" = excluded."model", "written_at" = now()
        WHERE excluded."token" IS NULL OR t."token" IS NULL OR t."token" <= excluded."token"
        """;

    // With what it takes to fail where not all was written: the server then takes the whole write back. The text that cannot be an integer must not be a constant, or making the plan would fail.
    private static readonly string UpsertOrFail = $"""
        WITH newer AS ({NewerOwner("$12", "$13")}), written AS ({Upsert} RETURNING 1), sum AS (SELECT count(*) AS rows FROM written)
        SELECT CASE WHEN sum.rows = $14 AND NOT EXISTS (SELECT 1 FROM newer) THEN 0 ELSE ('{Refusal} are not as they were: ' || sum.rows)::integer END FROM sum
        """;

    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlBatchCommand _direct;
    private bool _isPrepared;

    public PostgresWatermarkWriter(NpgsqlConnection connection)
    {
        _batch = new(connection) { BatchCommands = { new(NewerOwner("$2", "$3")), new(Upsert) } };
        _batch.BatchCommands[0].Parameters.AddRange((NpgsqlParameter[])[Text(), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Bigint)]);
        _batch.BatchCommands[1].Parameters.AddRange(OfUpsert());
        _direct = new(UpsertOrFail);
        _direct.Parameters.AddRange((NpgsqlParameter[])[.. OfUpsert(), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Bigint), new() { NpgsqlDbType = NpgsqlDbType.Bigint }]);
    }

    /// <summary>Whether an error is the one that the command of <see cref="PrepareDirect"/> fails with.</summary>
    public static bool IsRefused(PostgresException error) =>
        error.SqlState == PostgresErrorCodes.InvalidTextRepresentation && error.MessageText.Contains(Refusal, StringComparison.Ordinal);

    /// <summary>What goes behind the statements of a write that is one round trip: it fails where <see cref="WriteAsync"/> would.</summary>
    public NpgsqlBatchCommand PrepareDirect(WatermarkPlan plan, WriteBatch batch)
    {
        var rows = plan.Finish(batch);
        var leases = plan.Leases.ToList();
        Fill(_direct.Parameters, plan, rows);
        _direct.Parameters[11].Value = leases.ConvertAll(static lease => lease.Key);
        _direct.Parameters[12].Value = leases.ConvertAll(static lease => lease.Token);
        _direct.Parameters[13].Value = (long)rows.Count;
        return _direct;
    }

    /// <summary>Writes a plan's watermarks. To be called when the write's rows are written, before they are committed.</summary>
    /// <exception cref="StaleLeaseException">Another worker has a shard of the write.</exception>
    /// <exception cref="TableChangedException">A table is another one than it was.</exception>
    public async Task WriteAsync(WatermarkPlan plan, WriteBatch batch, CancellationToken cancellationToken)
    {
        var rows = plan.Finish(batch);
        var leases = plan.Leases.ToList();
        var fence = _batch.BatchCommands[0].Parameters;
        fence[0].Value = plan.Application;
        fence[1].Value = leases.ConvertAll(static lease => lease.Key);
        fence[2].Value = leases.ConvertAll(static lease => lease.Token);
        Fill(_batch.BatchCommands[1].Parameters, plan, rows);
        if (!_isPrepared)
        {
            await _batch.PrepareAsync(cancellationToken);
            _isPrepared = true;
        }

        await using (var reader = await _batch.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                var stale = reader.GetString(0);
                LeaseClaim.RequireNewest(leases.Where(lease => string.Equals(lease.Key, stale, StringComparison.Ordinal)).MinBy(static lease => lease.Token)!, reader.GetInt64(1), plan.Application);
            }
        }

        if (_batch.BatchCommands[1].Rows != (ulong)rows.Count)
        {
            await RefuseAsync(plan, leases, cancellationToken);
        }
    }

    // A token was written since the first statement looked, or a table is another one.
    private async Task RefuseAsync(WatermarkPlan plan, List<ShardLease> leases, CancellationToken cancellationToken)
    {
        foreach (var lease in leases)
        {
            await using var command = new NpgsqlCommand("""SELECT max("token") FROM "cdc_watermarks" WHERE "application" = $1 AND "lease" = $2""", _batch.Connection)
            {
                Parameters = { new() { Value = plan.Application }, new() { Value = lease.Key } },
            };
            LeaseClaim.RequireNewest(lease, await command.ExecuteScalarAsync(cancellationToken) as long?, plan.Application);
        }

        throw new TableChangedException();
    }

    /// <summary>The shards of a write that know a larger token than the write's own.</summary>
    private static string NewerOwner(string leases, string tokens) => $"""
        SELECT w."lease", max(w."token") FROM unnest({leases}, {tokens}) AS l("lease", "token") JOIN "cdc_watermarks" AS w ON w."application" = $1 AND w."lease" = l."lease" AND w."token" > l."token"
        GROUP BY w."lease" LIMIT 1
        """;

    private static void Fill(NpgsqlParameterCollection parameters, WatermarkPlan plan, List<StoredWatermark> rows)
    {
        parameters[0].Value = plan.Application;
        parameters[1].Value = rows.ConvertAll(static row => row.Target);
        parameters[2].Value = rows.ConvertAll(static row => row.Lease);
        parameters[3].Value = rows.ConvertAll(static row => row.Lanes);
        parameters[4].Value = rows.ConvertAll(static row => row.Lane);
        parameters[5].Value = rows.ConvertAll(static row => row.First);
        parameters[6].Value = rows.ConvertAll(static row => row.Last);
        parameters[7].Value = rows.ConvertAll(static row => row.Checkpoint);
        parameters[8].Value = rows.ConvertAll(static row => row.Token);
        parameters[9].Value = rows.ConvertAll(static row => row.Identity);
        parameters[10].Value = rows.ConvertAll(static row => row.Model);
    }

    private static NpgsqlParameter[] OfUpsert() =>
    [
        Text(), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Integer), Array(NpgsqlDbType.Integer), Array(NpgsqlDbType.Text),
        Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Bigint), Array(NpgsqlDbType.Text), Array(NpgsqlDbType.Text),
    ];

    private static NpgsqlParameter Text() => new() { NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Array(NpgsqlDbType type) => new() { NpgsqlDbType = NpgsqlDbType.Array | type };
}
