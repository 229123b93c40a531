using System.Globalization;
using MySqlConnector;
using TypedCdc.Sql.Ports;

namespace TypedCdc.MySql;

/// <summary>What the errors of MySQL and MariaDB mean. Numbers: MySQL 8.0 Error Message Reference; MariaDB Error Codes.</summary>
internal static class MySqlErrors
{
    /// <summary>What an error means; null where its SQLSTATE tells.</summary>
    public static SqlFailure? Classify(Exception error) => error is not MySqlException database ? null : database.Number switch
    {
        // A deadlock's victim; a row's lock that was not released in time; a record that has changed since it was read (MariaDB).
        1213 or 1205 or 1020 => SqlFailure.Conflict,
        1153 => SqlFailure.TooLarge,

        // Too many connections, out of memory, shutting down, disk or table full, connection killed or lost.
        1037 or 1038 or 1040 or 1041 or 1053 or 1021 or 1114 or 1158 or 1159 or 1160 or 1161 or 1184 or 1203 or 1226 or 1927 => SqlFailure.Transient,
        1042 or 1043 or 1152 or 2002 or 2003 or 2006 or 2013 or 2055 or 4031 => SqlFailure.Transient,

        // The server, its storage engine or the transaction is read-only: a failover, as a rule.
        1290 or 1792 or 1836 or 1874 => SqlFailure.Transient,

        // The driver's own: the connection ended before the server answered.
        0 when error.InnerException is not TimeoutException => SqlFailure.Transient,

        // The driver's command time-out; the statement was interrupted, or it ran longer than max_execution_time or max_statement_time.
        -1 or 1317 or 1969 or 3024 => SqlFailure.TimedOut,

        // Too long, out of range, not a value of its type, NULL where there must be one, a duplicate of another unique index, a constraint, a row larger than a page, a trigger's SIGNAL.
        1048 or 1062 or 1118 or 1169 or 1216 or 1264 or 1265 or 1292 or 1364 or 1366 or 1367 or 1406 or 1452 or 1586 or 1644 or 3140 or 3819 or 4025 => SqlFailure.Row,
        _ => null,
    };

    /// <summary>What a dead letter says of a refused row. The server's own message is left out, as it quotes values.</summary>
    public static string? Explain(Exception error) => error is MySqlException database
        ? string.Create(CultureInfo.InvariantCulture, $"MySQL refused the row (error {database.Number}, SQLSTATE {database.SqlState}): {Reason(database.Number)}.")
        : null;

    private static string Reason(int number) => number switch
    {
        1048 or 1364 => "a column that must not be NULL has no value",
        1062 or 1169 or 1586 => "another row has the same value in a unique index",
        1118 => "the row is larger than a page of the database can hold",
        1153 => "the row is larger than max_allowed_packet",
        1216 or 1452 => "a foreign key has no such row",
        1264 or 1367 => "a number is out of the column's range",
        1265 or 1292 or 1366 or 3140 => "a value is not one of the column's type",
        1406 => "a value is longer than its column",
        1644 => "a trigger rejected it",
        3819 or 4025 => "a CHECK constraint rejected it",
        _ => "see the server's list of errors",
    };
}
