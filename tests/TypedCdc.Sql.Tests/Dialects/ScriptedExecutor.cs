using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Answers as it is told.</summary>
internal sealed class ScriptedExecutor(Func<SqlStatement, IReadOnlyList<IReadOnlyList<object?>>> answer) : ISqlSession
{
    public ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) => new(new SqlAnswer(1, answer(statement)));

    public ValueTask DisposeAsync() => default;
}

/// <summary>Writes the rows of one statement each by itself, and leaves out those that hold a value: as CrateDB does, which says so by the number of rows alone.</summary>
internal sealed class PartialExecutor(ISqlSession inner, string poison) : ISqlSession
{
    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        if (!statement.Parameters.Contains(poison))
        {
            return await inner.ExecuteAsync(statement, cancellationToken);
        }

        var start = statement.Text.IndexOf("VALUES ", StringComparison.Ordinal) + "VALUES ".Length;
        var end = statement.Text.IndexOf("\nON CONFLICT", StringComparison.Ordinal);
        var first = statement.Text[start..end].Split(",\n    (")[0];
        var width = first.Count(static character => character == '$');
        var rows = new List<IReadOnlyList<object?>>();
        foreach (var values in statement.Parameters.Chunk(width))
        {
            if (!values.Contains(poison))
            {
                rows.AddRange((await inner.ExecuteAsync(statement with { Text = statement.Text[..start] + first + statement.Text[end..], Parameters = values }, cancellationToken)).Rows);
            }
        }

        return new(rows.Count, rows);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
