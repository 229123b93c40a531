using System.Runtime.InteropServices;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>
/// Decides between different changes of one item at the same time. All of them are kept in a table beside the item's, so that what is decided depends on which
/// changes came, and not on the order in which they came. The item's row is locked meanwhile.
/// </summary>
internal sealed class PostgresTies(NpgsqlConnection connection, PostgresStatements statements)
{
    /// <summary>The ordinals of the staged rows that are of the same time as the table's row, but another change.</summary>
    public async Task<List<int>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<int>();
        await using var command = new NpgsqlCommand(statements.FindTies, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetInt32(0));
        }

        return found;
    }

    /// <summary>Adds a staged change to those that the item's row stands for, and lets the last of them be the row.</summary>
    /// <returns>Whether the row is another one now.</returns>
    /// <exception cref="PostgresException">The table refuses the change's row: it must not be remembered, or it would one day be decided for.</exception>
    public async Task<bool> DecideAsync(int ordinal, CancellationToken cancellationToken)
    {
        await ExecuteAsync(statements.TryTie, cancellationToken, ordinal);
        await ExecuteAsync(statements.RememberPresent, cancellationToken, ordinal);
        await ExecuteAsync(statements.RememberTie, cancellationToken, ordinal);
        var ids = new List<long>();
        var changes = new List<Tie>();
        var newest = "";
        await using (var command = new NpgsqlCommand(statements.SelectTies, connection) { Parameters = { new() { Value = ordinal } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetInt64(0));
                newest = reader.GetString(1);
                changes.Add(reader.IsDBNull(2) ? new(Tie.Unknown, reader.GetInt64(0)) : new(reader.GetInt64(2), reader.GetInt64(3)));
            }
        }

        // Under the newest version of them all, so that none of them passes the guard again.
        return await ExecuteAsync(statements.TakeTie, cancellationToken, newest, ids[Tie.FindLast(CollectionsMarshal.AsSpan(changes))]) > 0;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
