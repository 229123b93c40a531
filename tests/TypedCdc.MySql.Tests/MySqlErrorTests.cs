using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;
using TypedCdc.Services;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>What the server's errors mean: each is raised by the server itself.</summary>
[Collection("MariaDB")]
public sealed class MySqlErrorTests(MariaDb server)
{
    public static TheoryData<int, string, SqlFailure> Errors => new()
    {
        { 1213, "40001", SqlFailure.Conflict },
        { 1205, "HY000", SqlFailure.Conflict },
        { 1020, "HY000", SqlFailure.Conflict },
        { 2006, "HY000", SqlFailure.Transient },
        { 2013, "HY000", SqlFailure.Transient },
        { 1040, "08004", SqlFailure.Transient },
        { 1053, "08S01", SqlFailure.Transient },
        { 1114, "HY000", SqlFailure.Transient },
        { 1290, "HY000", SqlFailure.Transient },
        { 1792, "25006", SqlFailure.Transient },
        { 1836, "HY000", SqlFailure.Transient },
        { 1927, "70100", SqlFailure.Transient },
        { 1317, "70100", SqlFailure.TimedOut },
        { 3024, "HY000", SqlFailure.TimedOut },
        { 1153, "08S01", SqlFailure.TooLarge },
        { 1048, "23000", SqlFailure.Row },
        { 1062, "23000", SqlFailure.Row },
        { 1118, "42000", SqlFailure.Row },
        { 1264, "22003", SqlFailure.Row },
        { 1265, "01000", SqlFailure.Row },
        { 1366, "22007", SqlFailure.Row },
        { 1406, "22001", SqlFailure.Row },
        { 1644, "45000", SqlFailure.Row },
        { 3819, "HY000", SqlFailure.Row },
        { 4025, "23000", SqlFailure.Row },
        { 1146, "42S02", SqlFailure.Unknown },
    };

    [ServiceTheory(ServiceKind.MariaDb)]
    [MemberData(nameof(Errors))]
    public async Task An_error_means_what_it_should(int number, string state, SqlFailure expected)
    {
        var place = await MySqlPlace.CreateAsync(server);

        // The name of a condition that is a warning cannot be raised as an error: such a state is left to the number.
        var raised = state.StartsWith("01", StringComparison.Ordinal) ? "HY000" : state;
        var error = await Assert.ThrowsAsync<MySqlException>(
            () => place.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SIGNAL SQLSTATE '{raised}' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'a secret value'")));
        var dialect = new MySqlDialect { StatementTimeout = TimeSpan.FromSeconds(30) };
        Assert.Equal(number, error.Number);
        Assert.Equal(expected, dialect.Classify(error));
        Assert.DoesNotContain("secret", dialect.Explain(error), StringComparison.Ordinal);
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_row_that_a_constraint_rejects_is_found_among_others()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var sink = await place.StartAsync(null, null, null);
        await place.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT known CHECK (phone IS NULL OR phone < 100), ADD UNIQUE (first_name(20))");
        var records = Enumerable.Range(1, 20).Select(static id => Record(id, "n" + id.ToString(CultureInfo.InvariantCulture), id == 7 ? 700 : id)).ToList();
        records[12] = Record(13, "n1", 13);
        var error = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(records, default));
        Assert.Contains(6, error.Rejected.Select(static one => one.Index));
        Assert.Contains("a CHECK constraint rejected it", error.Rejected.Single(static one => one.Index == 6).Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["18"], await place.RowsAsync("SELECT count(*) FROM customers WHERE userid NOT IN (7, 13)"));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_statement_that_takes_too_long_is_repeated_in_smaller_parts_and_a_connection_that_is_cut_off_waits()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var database = new MySqlDatabase(new MySqlSinkOptions { ConnectionString = place.ConnectionString + ";Default Command Timeout=1" }.Validate());
        Assert.Equal(TimeSpan.FromSeconds(2), database.Dialect.PurgeGrace);
        await using var session = await OpenAsync(database);
        await using var other = new MySqlConnection(place.ConnectionString);
        await other.OpenAsync();
        await using var hold = new MySqlCommand("CREATE TABLE held (id INT); LOCK TABLES held WRITE", other);
        await hold.ExecuteNonQueryAsync();
        var error = await Assert.ThrowsAsync<MySqlException>(async () => await session.ExecuteAsync(new("INSERT INTO held VALUES (1)"), default));
        Assert.Equal(SqlFailure.TimedOut, database.Dialect.Classify(error));

        await using var cut = await OpenAsync(database);
        var id = (await cut.ExecuteAsync(new("SELECT CONNECTION_ID()", [], ReturnsRows: true), default)).Rows[0][0];
        await place.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"KILL {id}"));
        error = await Assert.ThrowsAsync<MySqlException>(async () => await cut.ExecuteAsync(new("SELECT 1", [], ReturnsRows: true), default));
        Assert.Equal(SqlFailure.Transient, database.Dialect.Classify(error));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_session_is_strict_and_in_UTC_whatever_the_server_says()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var database = new MySqlDatabase(new MySqlSinkOptions { ConnectionString = place.ConnectionString }.Validate());
        await using var session = await OpenAsync(database);
        var answer = await session.ExecuteAsync(new("SELECT @@sql_mode, @@time_zone, @@tx_isolation", [], ReturnsRows: true), default);
        Assert.Contains("STRICT_ALL_TABLES", (string)answer.Rows[0][0]!, StringComparison.Ordinal);
        Assert.Equal(["+00:00", "READ-COMMITTED"], answer.Rows[0].Skip(1));
    }

    private static ValueTask<ISqlSession> OpenAsync(MySqlDatabase database) => database.OpenAsync(new(TimeProvider.System, NullLogger.Instance, static () => { }), default);

    private static CdcRecord Record(int id, string name, int phone)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}""";
        return TestRecord.Make("INSERT", "customers", 1, "1", key + "}", key + $$$""","first_name":{"S":"{{{name}}}"},"phone":{"N":"{{{phone}}}"}}""");
    }
}
