using Npgsql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>Refuses tables whose key columns turn different keys into one: PostgreSQL would refuse every write that contains two of them (SQLSTATE 21000).</summary>
internal static class KeyColumns
{
    // Of a domain, the type and the length that it is made of.
    private const string Select = """
        SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), CASE WHEN t.typbasetype <> 0 THEN t.typtypmod ELSE a.atttypmod END), coalesce(o.collisdeterministic, true), o.collname
        FROM pg_attribute AS a
        JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)
        JOIN pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_collation AS o ON o.oid = a.attcollation
        WHERE a.attrelid = to_regclass($1)
        """;

    /// <summary>Looks at the key columns of all tables as they are.</summary>
    /// <exception cref="CdcConfigurationException">One of them does not keep keys apart.</exception>
    public static async Task RequireDistinctAsync(NpgsqlConnection connection, TableSet tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables.Tables)
        {
            var name = PostgresMigrations.Rules.TableName(table.Sql);
            await using var command = new NpgsqlCommand(Select, connection) { Parameters = { new() { Value = name } } };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (column, type) = (reader.GetString(0), reader.GetString(1));
                if (table.Sql.Columns.FirstOrDefault(one => string.Equals(one.Name, column, StringComparison.Ordinal)) is not { } declared)
                {
                    continue;
                }

                var fault = reader.GetBoolean(2) ? KeyTypes.FaultOf(SqlDatabase.Postgres, declared.Type, type) : $"its collation '{reader.GetString(3)}' is not deterministic";
                if (fault is not null)
                {
                    throw new CdcConfigurationException(
                        $"The key column '{column}' of the table {name} has the type {type}, which does not keep keys apart: {fault}. Two items would become one row. "
                        + $"Give it the type {SqlColumnTypes.Get(SqlDatabase.Postgres, declared.Type)}: change the column, or take PostgresType out of the member's [CdcColumn].");
                }
            }
        }
    }
}
