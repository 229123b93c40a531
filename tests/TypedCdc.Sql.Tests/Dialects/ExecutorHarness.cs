using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Sql.Ports;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Sees every statement before it runs: to count, to fail, to change.</summary>
/// <remarks>It has no bulk writer: everything goes through statements.</remarks>
internal sealed class WatchedExecutor(ISqlSession inner, Func<SqlStatement, SqlStatement?> before, IAsyncDisposable? owned = null) : ISqlSession
{
    public ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) =>
        before(statement) is { } changed ? inner.ExecuteAsync(changed, cancellationToken) : new(new SqlAnswer(0));

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }
}

/// <summary>Sessions of databases that run here, for dialects that are theirs or can be said in their words.</summary>
internal static partial class Sessions
{
    public static Func<CancellationToken, ValueTask<ISqlSession>> OnSqlite(string path, Func<SqlStatement, SqlStatement?>? before = null) => async cancellationToken =>
    {
        // A connection for each session, as other processes have.
        var database = new SqliteDatabase(new() { Path = path });
        var session = await database.OpenAsync(new(TimeProvider.System, NullLogger.Instance, static () => { }), cancellationToken);
        return new WatchedExecutor(session, before ?? (static statement => statement), database);
    };

    public static Func<CancellationToken, ValueTask<ISqlSession>> OnPostgres(string connectionString, SqlDialect dialect, Func<SqlStatement, SqlStatement?>? before = null) => async cancellationToken =>
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        ISqlSession executor = new DbSqlSession(connection, dialect);
        return before is null ? executor : new WatchedExecutor(executor, before);
    };

    /// <summary>CrateDB's words in PostgreSQL's. The guard stays as it is; PostgreSQL wants to know whose column a bare name is.</summary>
    public static SqlStatement? FromCrateDb(SqlStatement statement)
    {
        var text = statement.Text;
        if (text.StartsWith("REFRESH TABLE", StringComparison.Ordinal))
        {
            return null;
        }

        text = ClusteredBy().Replace(text, "");
        text = text.Replace("OBJECT(DYNAMIC)", "jsonb", StringComparison.Ordinal).Replace("OBJECT(IGNORED)", "jsonb", StringComparison.Ordinal)
            .Replace(" INDEX OFF STORAGE WITH (columnstore = false)", "", StringComparison.Ordinal)
            .Replace("AS OBJECT)", "AS jsonb)", StringComparison.Ordinal).Replace("ARRAY(TEXT)", "text[]", StringComparison.Ordinal)
            .Replace("ARRAY(BIGINT)", "bigint[]", StringComparison.Ordinal).Replace("ARRAY(DOUBLE PRECISION)", "double precision[]", StringComparison.Ordinal);
        text = text.Replace("\"_seq_no\"", "CAST(CAST(xmin AS text) AS bigint)", StringComparison.Ordinal).Replace("\"_primary_term\"", "CAST(1 AS bigint)", StringComparison.Ordinal);
        var update = text.IndexOf("DO UPDATE SET", StringComparison.Ordinal);
        if (update >= 0)
        {
            text = text[..update].Replace("\" (\"", "\" AS t (\"", StringComparison.Ordinal)
                + string.Join('\n', text[update..].Split('\n').Select(static line => Assignment().Match(line) is { Success: true } found
                    ? found.Groups["left"].Value + BareColumn().Replace(found.Groups["right"].Value, "t.\"${name}\"")
                    : line));
            var returning = text.IndexOf("RETURNING", StringComparison.Ordinal);
            text = returning < 0 ? text : text[..returning] + BareColumn().Replace(text[returning..], "t.\"${name}\"");
        }

        return statement with { Text = text };
    }

    /// <summary>Redshift's words in PostgreSQL's.</summary>
    public static SqlStatement? FromRedshift(SqlStatement statement)
    {
        var text = DistributionKey().Replace(statement.Text, "");
        text = JsonParse().Replace(text, "CAST(${value} AS jsonb)");
        text = FromHex().Replace(text, "decode(${value}, 'hex')");
        return statement with { Text = Varbyte().Replace(text, "bytea").Replace(" SUPER", " jsonb", StringComparison.Ordinal) };
    }

    /// <summary>As <see cref="FromRedshift"/>, with text whose trailing blanks do not count and keys that nothing enforces.</summary>
    public static SqlStatement? FromRedshiftWithBlanks(SqlStatement statement)
    {
        var text = FromRedshift(statement)!.Text.Replace("VARCHAR(65535)", "bpchar", StringComparison.Ordinal).Replace("VARCHAR(8192)", "bpchar", StringComparison.Ordinal);
        return statement with { Text = PrimaryKey().Replace(text, "\n)") };
    }

    /// <summary>MySQL's words in SQLite's. The assignments stay as they are.</summary>
    public static SqlStatement? FromMySql(SqlStatement statement)
    {
        var text = Parameters().Replace(statement.Text, "?${number}");
        statement = statement with { Parameters = [.. statement.Parameters.Select(static value => value is DateTime time ? time.ToString("O", System.Globalization.CultureInfo.InvariantCulture) : value)] };
        text = CharacterSet().Replace(text, "");
        if (text.Contains("information_schema.columns", StringComparison.Ordinal))
        {
            return new("SELECT name, type, 1 - \"notnull\", pk, dflt_value IS NOT NULL FROM pragma_table_info(?1)", [statement.Parameters[1]], ReturnsRows: true);
        }

        if (InsertOnDuplicate().Match(text) is { Success: true } insert)
        {
            var table = insert.Groups["table"].Value;
            var source = insert.Groups["source"].Value.Replace("\nAS incoming", "", StringComparison.Ordinal);
            text = $"INSERT INTO {table} ({insert.Groups["columns"].Value})\n{source}{(source.StartsWith("SELECT", StringComparison.Ordinal) ? " WHERE true" : "")}\nON CONFLICT DO UPDATE SET\n"
                + insert.Groups["set"].Value.Replace("incoming.", "excluded.", StringComparison.Ordinal).Replace("IF(", "iif(", StringComparison.Ordinal);
        }

        return statement with { Text = text };
    }

    [GeneratedRegex("""\n(DISTKEY|SORTKEY) \([^)]*\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DistributionKey();

    [GeneratedRegex("""JSON_PARSE\((?<value>CAST\([^()]*\([0-9]+\)\)|[^()]*)\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonParse();

    [GeneratedRegex("""FROM_HEX\((?<value>[^)]*)\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FromHex();

    [GeneratedRegex("""VARBYTE\([0-9]+\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Varbyte();

    [GeneratedRegex(""",\n    PRIMARY KEY \([^)]*\)\n\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrimaryKey();

    [GeneratedRegex(""" CLUSTERED BY \("[^"]*"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClusteredBy();

    [GeneratedRegex("""^(?<left>(DO UPDATE SET)?\s*"[^"]+" = )(?<right>CASE WHEN .*)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex("""(?<![.\w"])"(?<name>[^"]+)"(?!\.)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BareColumn();

    [GeneratedRegex("@p(?<number>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameters();

    [GeneratedRegex(" CHARACTER SET [a-z0-9]+( COLLATE [a-z0-9_]+)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CharacterSet();

    [GeneratedRegex("^INSERT INTO (?<table>[^ ]+) \\((?<columns>[^)]*)\\)\\n(?<source>.*)\\nON DUPLICATE KEY UPDATE\\n(?<set>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex InsertOnDuplicate();
}
