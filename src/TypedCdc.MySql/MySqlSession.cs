using System.Globalization;
using MySqlConnector;
using TypedCdc.Sql.Ports;

namespace TypedCdc.MySql;

/// <summary>Runs statements on a connection, which it owns.</summary>
internal sealed class MySqlSession(MySqlConnection connection) : ISqlSession
{
    /// <inheritdoc/>
    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        var isUpsert = statement.Text.Contains(MySqlDialect.Replaced, StringComparison.Ordinal);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Identifiers are quoted and values are parameters.
        command.CommandText = isUpsert ? $"SET {MySqlDialect.Replaced} = 0;\n{statement.Text};\nSELECT {MySqlDialect.Replaced}" : statement.Text;
#pragma warning restore CA2100
        for (var i = 0; i < statement.Parameters.Count; i++)
        {
            command.Parameters.AddWithValue(MySqlDialect.NameOf(i + 1), statement.Parameters[i]);
        }

        if (!statement.ReturnsRows && !isUpsert)
        {
            return new(await command.ExecuteNonQueryAsync(cancellationToken));
        }

        var rows = new List<IReadOnlyList<object?>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : reader.GetValue(i);
            }

            rows.Add(row);
        }

        // The server counts a row that it replaces twice.
        return isUpsert ? new(reader.RecordsAffected - Convert.ToInt64(rows[0][0], CultureInfo.InvariantCulture)) : new(reader.RecordsAffected, rows);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
