using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>Reads tables and views out of PostgreSQL's catalogue. Takes no lock on any of them.</summary>
internal static class PostgresCatalogue
{
    /// <summary>The columns of a table; none where it is not there.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">The table's name, quoted and with its schema.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<List<PresentColumn>> ColumnsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken) => ReadAsync(
        connection,
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(k.place, 0)::integer, a.atthasdef OR a.attidentity <> ''
        FROM pg_attribute AS a
        LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
        LEFT JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place) ON k.number = a.attnum
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """,
        static reader => new PresentColumn(reader.GetString(0), reader.GetString(1), !reader.GetBoolean(2), reader.GetInt32(3), reader.GetBoolean(4)),
        cancellationToken,
        table);

    /// <summary>Whether a table or view is there.</summary>
    public static async Task<bool> ExistsAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        (await ReadAsync(connection, "SELECT to_regclass($1) IS NOT NULL", static reader => reader.GetBoolean(0), cancellationToken, name))[0];

    /// <summary>A table with its view and what users have made of them.</summary>
    public static async Task<PresentTable> TableAsync(NpgsqlConnection connection, SqlTable table, CancellationToken cancellationToken)
    {
        var name = PostgresMigrations.Rules.TableName(table);
        var view = PostgresMigrations.Rules.ViewName(table);
        var columns = await ColumnsAsync(connection, name, cancellationToken);
        var other = await InPlaceOfViewAsync(connection, name, view, cancellationToken);
        return new(
            columns,
            other is not null ? [] : [.. (await ColumnsAsync(connection, view, cancellationToken)).Select(static column => column.Name)],
            await ReadAsync(
                connection,
                "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND i.indisvalid",
                static reader => reader.GetString(0), cancellationToken, name))
        {
            InPlaceOfView = other,
            Dependents = await DependentsAsync(connection, name, view, cancellationToken),
            OnView = await OnViewAsync(connection, view, cancellationToken),
        };
    }

    /// <summary>Whether a table has an index of a name that is not whole: what made it has failed, or is still at it.</summary>
    public static async Task<bool> HasInvalidIndexAsync(NpgsqlConnection connection, string table, string index, CancellationToken cancellationToken) => (await ReadAsync(
        connection,
        "SELECT EXISTS (SELECT 1 FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND c.relname = $2 AND NOT i.indisvalid)",
        static reader => reader.GetBoolean(0), cancellationToken, table, index))[0];

    /// <summary>The server processes that hold locks on tables or views.</summary>
    public static Task<List<int>> HoldersAsync(NpgsqlConnection connection, string table, string view, CancellationToken cancellationToken) => ReadAsync(
        connection,
        """
        SELECT DISTINCT pid FROM pg_locks
        WHERE granted AND pid <> pg_backend_pid() AND relation IN (to_regclass($1), to_regclass($2))
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY pid
        """,
        static reader => reader.GetInt32(0), cancellationToken, table, view);

    // A view is the sink's when it reads the sink's table.
    private static async Task<string?> InPlaceOfViewAsync(NpgsqlConnection connection, string table, string view, CancellationToken cancellationToken) => (await ReadAsync(
        connection,
        """
        SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END
        FROM pg_class AS c
        WHERE c.oid = to_regclass($2) AND NOT (c.relkind = 'v' AND EXISTS (
            SELECT 1 FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1)))
        """,
        static reader => reader.GetString(0), cancellationToken, table, view)).FirstOrDefault();

    private static Task<List<PresentDependent>> DependentsAsync(NpgsqlConnection connection, string table, string view, CancellationToken cancellationToken) => ReadAsync(
        connection,
        """
        SELECT format('%I.%I', n.nspname, v.relname), v.relkind = 'm', regexp_replace(pg_get_viewdef(v.oid), '\s+', ' ', 'g'),
            CASE WHEN d.refobjid = to_regclass($1) THEN array_agg(DISTINCT a.attname::text) FILTER (WHERE a.attname IS NOT NULL) END
        FROM pg_depend AS d
        JOIN pg_rewrite AS r ON r.oid = d.objid
        JOIN pg_class AS v ON v.oid = r.ev_class
        JOIN pg_namespace AS n ON n.oid = v.relnamespace
        LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN (to_regclass($1), to_regclass($2))
            AND v.oid IS DISTINCT FROM to_regclass($2)
        GROUP BY n.nspname, v.relname, v.relkind, v.oid, d.refobjid
        ORDER BY 1, 2, d.refobjid
        """,
        reader => new PresentDependent(
            reader.GetString(0), reader.GetBoolean(1) ? "MATERIALIZED VIEW" : "VIEW", reader.GetString(2).Trim(), reader.IsDBNull(3) ? null : reader.GetFieldValue<string[]>(3)),
        cancellationToken,
        table, view);

    private static Task<List<PresentAddition>> OnViewAsync(NpgsqlConnection connection, string view, CancellationToken cancellationToken) => ReadAsync(
        connection,
        """
        SELECT format('GRANT %s ON %s TO %s%s;', p.privilege_type, $1, CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(p.grantee)) END,
            CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), NULL
        FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS p
        WHERE c.oid = to_regclass($1) AND p.grantee <> c.relowner
        UNION ALL
        SELECT format('GRANT %s (%I) ON %s TO %s%s;', p.privilege_type, a.attname, $1, CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(p.grantee)) END,
            CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), a.attname::text
        FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS p
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT pg_get_triggerdef(oid) || ';', NULL FROM pg_trigger WHERE tgrelid = to_regclass($1) AND NOT tgisinternal
        UNION ALL
        SELECT pg_get_ruledef(oid), NULL FROM pg_rewrite WHERE ev_class = to_regclass($1) AND rulename <> '_RETURN'
        UNION ALL
        SELECT format('COMMENT ON VIEW %s IS %L;', $1, description), NULL
        FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = to_regclass($1) AND objsubid = 0
        UNION ALL
        SELECT format('COMMENT ON COLUMN %s.%I IS %L;', $1, a.attname, d.description), a.attname::text
        FROM pg_description AS d JOIN pg_attribute AS a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
        WHERE d.classoid = 'pg_class'::regclass AND d.objoid = to_regclass($1) AND d.objsubid > 0
        """,
        static reader => new PresentAddition(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)), cancellationToken, view);

    private static async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params string[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
