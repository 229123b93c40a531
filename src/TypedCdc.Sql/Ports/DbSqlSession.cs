using System.Data.Common;

namespace TypedCdc.Sql.Ports;

/// <summary>Runs statements on a connection of an ADO.NET provider, which it owns.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="dialect">Names the parameters.</param>
public sealed class DbSqlSession(DbConnection connection, SqlDialect dialect) : ISqlSession
{
    /// <inheritdoc/>
    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Identifiers are quoted and values are parameters.
        command.CommandText = statement.Text;
#pragma warning restore CA2100
        for (var i = 0; i < statement.Parameters.Count; i++)
        {
            var parameter = command.CreateParameter();
            if (dialect.ParameterName(i + 1) is { } name)
            {
                parameter.ParameterName = name;
            }

            parameter.Value = statement.Parameters[i] ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        if (!statement.ReturnsRows)
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

        return new(reader.RecordsAffected, rows);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
