using System.Globalization;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>The statements of a small write: rows come as arrays, one parameter a column, and nothing is staged.</summary>
internal sealed partial class PostgresStatements
{
    /// <summary>What the error of <see cref="DirectCheck"/> begins with, before the table's name. It stands in the server's log.</summary>
    public const string OtherWay = "TypedCdc writes this another way, since ";

    /// <summary>
    /// Writes rows (a parameter a column, in the order of the COPY) under the same guard as <see cref="Upsert"/>, and tells how many were written and how many of them are tombstones.
    /// <see cref="DirectCheck"/> finds the first number in a setting of the transaction. The rows are taken in the order of the arrays, which is that of the keys.
    /// </summary>
    public string DirectUpsert => $"""
        WITH written AS (
        INSERT INTO {Table} AS t ({List(_columns)})
        SELECT {Values("s")}
        FROM {Arrays([.. _table.Columns], OwnColumns, first: 1)} AS s
        {OnConflict}
        RETURNING t."cdc_deleted_at")
        SELECT count(*), count("cdc_deleted_at"), set_config('typedcdc.written', count(*)::text, true) FROM written
        """;

    /// <summary>
    /// Behind <see cref="DirectUpsert"/>, in a snapshot of its own: forgets settled ties, and fails where the write must go another way, which takes the rows back. So nothing has to be
    /// asked before the transaction ends by itself. The parameters: the table's name (1), the revisions (2) that were there when the worker's was found to be the newest, the time of the oldest
    /// row (3), the number of rows (4), arrays of the keys and the versions (5 and following).
    /// </summary>
    public string DirectCheck => $"""
        WITH s AS (SELECT * FROM {Arrays([.. _table.Keys], ["\"cdc_ver\""], first: 5)} AS s),
        settled AS (DELETE FROM {Ties} AS x USING s WHERE {SameKey("x")} AND left(x."cdc_ver", 19) < left(s."cdc_ver", 19))
        SELECT CASE
            WHEN m."revisions" IS DISTINCT FROM $2 OR greatest(m."horizon", m."snapshot") > $3 THEN ('{OtherWay}' || one.name || ' has changed; ' || current_setting('typedcdc.written'))::integer
            WHEN current_setting('typedcdc.written')::bigint = $4 THEN 0
            WHEN EXISTS (
                SELECT 1 FROM s CROSS JOIN LATERAL (SELECT t."cdc_ver" FROM {Table} AS t WHERE {SameKey("t")}) AS present
                WHERE left(present."cdc_ver", 19) = left(s."cdc_ver", 19) AND present."cdc_ver" <> s."cdc_ver")
            THEN ('{OtherWay}' || one.name || ' has changes of one item at one time; ' || current_setting('typedcdc.written'))::integer
            ELSE 0 END
        FROM (SELECT $1) AS one(name) LEFT JOIN "cdc_models" AS m USING (name)
        """;

    // As one table of the very types of the stage's, so that what the stage's rows go through on their way into the table can be asked of these too. Text becomes the array that it spells;
    // columns that are arrays themselves come as their texts, since unnest would take them apart.
    private string Arrays(IReadOnlyList<SqlColumn> columns, IReadOnlyList<string> own, int first)
    {
        var arrays = columns.Select((column, i) => Parameter(first + i, IsList(column) ? "text" : StageType(column)))
            .Concat(own.Select((column, i) => Parameter(first + columns.Count + i, column == "\"cdc_ver\"" ? "text" : "bigint")));
        var names = columns.Select(static column => SqlName.Quote(column.Name)).Concat(own).Append("\"cdc_ord\"");
        var values = columns.Select(column => SqlName.Quote(column.Name) is var name && IsList(column) ? $"u.{name}::{StageType(column)} AS {name}" : $"u.{name}")
            .Concat(own.Select(static column => "u." + column)).Append("u.\"cdc_ord\"");
        return $"(SELECT {List(values)} FROM unnest({List(arrays)}) WITH ORDINALITY AS u({List(names)}))";

        static string Parameter(int number, string type) => string.Create(CultureInfo.InvariantCulture, $"${number}::{type}[]");
        static bool IsList(SqlColumn column) => StageType(column).EndsWith("[]", StringComparison.Ordinal);
    }
}
