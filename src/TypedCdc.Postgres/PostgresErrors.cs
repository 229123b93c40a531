using System.Net.Sockets;
using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>What an error of the PostgreSQL sink means for the write and for the session.</summary>
internal enum PostgresFault
{
    /// <summary>A row is refused: the write is halved until the row is alone, and the row goes to the dead letters.</summary>
    Row,

    /// <summary>The transaction lost against another one, or a lock was not free in time: the write is repeated.</summary>
    Conflict,

    /// <summary>The write took longer than it may: it is repeated in smaller parts.</summary>
    TimedOut,

    /// <summary>The session is not what it was, or cannot write any more: its connection and the idle ones are closed, and new ones are opened.</summary>
    Session,

    /// <summary>The server lacks a resource, is down or refuses the login: the write is repeated until it succeeds.</summary>
    Server,

    /// <summary>None of these. After a few attempts the write is isolated to its rows; where every row fails, the table is at fault and the write waits.</summary>
    Unknown,
}

/// <summary>The one place that knows PostgreSQL's error codes (PostgreSQL documentation, appendix A, "PostgreSQL Error Codes").</summary>
internal static class PostgresErrors
{
    /// <summary>What an error means.</summary>
    public static PostgresFault Classify(Exception error) => error switch
    {
        PostgresException { SqlState: { Length: 5 } state } => Classify(state),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => PostgresFault.TimedOut,
        NpgsqlException or IOException or SocketException => PostgresFault.Session,
        TableRefusedException => PostgresFault.Server,
        _ => PostgresFault.Unknown,
    };

    /// <summary>What an SQLSTATE means.</summary>
    /// <param name="state">Five characters.</param>
    public static PostgresFault Classify(string state) => state switch
    {
        "57014" => PostgresFault.TimedOut,  // query_canceled: statement_timeout
        "55P03" => PostgresFault.Conflict,  // lock_not_available: lock_timeout

        // A standby or a read-only default; a prepared statement or a cursor of another session, as behind a proxy that pools transactions.
        "25006" or "26000" or "42P05" or "34000" => PostgresFault.Session,

        // The server ends sessions: shutdown, crash, not accepting connections, idle time-outs.
        "57P01" or "57P02" or "57P03" or "57P04" or "57P05" or "25P03" => PostgresFault.Session,
        ['0', '8', ..] => PostgresFault.Session,

        // Cardinality (two rows of one key), data, integrity constraint, WITH CHECK OPTION, program limit, an exception that a trigger raised.
        ['2', '1' or '2' or '3', ..] or ['4', '4', ..] or ['5', '4', ..] or ['P', '0', ..] => PostgresFault.Row,
        ['4', '0', ..] => PostgresFault.Conflict,

        // Login, database, insufficient resources, operator intervention, system error.
        ['2', '8', ..] or ['3', 'D', ..] or ['5', '3' or '7' or '8', ..] => PostgresFault.Server,
        _ => PostgresFault.Unknown,
    };

    /// <summary>What a dead letter tells of a refused row. The server's detail shows values of the row; the names are safe.</summary>
    public static InvalidOperationException Explain(PostgresException error) =>
        new($"PostgreSQL refused the row ({error.SqlState}{Names(error)}).");

    /// <summary>Every row of a table is refused: nothing is lost, the write waits.</summary>
    public static TableRefusedException ExplainTable(string table, PostgresException error) => new(
        $"PostgreSQL refuses every row of the table '{table}' ({error.SqlState}{Names(error)}){Advice(error.SqlState)}. The write waits and is repeated; no record is lost.", error);

    private static string Names(PostgresException error) =>
        (error.ConstraintName is { } constraint ? $", constraint '{constraint}'" : "") + (error.ColumnName is { } column ? $", column '{column}'" : "");

    private static string Advice(string state) => state switch
    {
        "42501" => ": grant the role SELECT, INSERT, UPDATE and DELETE on the table and on its __cdc_ties table, or fix the row-level security policy",
        "42P01" or "42703" or "3F000" => ": the table, one of its columns or its schema is missing; restart the application to create what is missing",
        _ => ": look for a trigger, a rule or a policy on the table that raises this error",
    };
}
