using System.Data.Common;
using Npgsql;
using TypedCdc.Sql.Ports;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>What each database's error means: the tables in the READMEs, one line each.</summary>
public sealed class FailureClassTests
{
    [Theory]
    [InlineData("40001", SqlFailure.Conflict)]
    [InlineData("40P01", SqlFailure.Conflict)]
    [InlineData("57014", SqlFailure.TimedOut)]
    [InlineData("21000", SqlFailure.Row)]
    [InlineData("22001", SqlFailure.Row)]
    [InlineData("23505", SqlFailure.Row)]
    [InlineData("44000", SqlFailure.Row)]
    [InlineData("54000", SqlFailure.Row)]
    [InlineData("08006", SqlFailure.Transient)]
    [InlineData("25006", SqlFailure.Transient)]
    [InlineData("53100", SqlFailure.Transient)]
    [InlineData("57P01", SqlFailure.Transient)]
    [InlineData("57P03", SqlFailure.Transient)]
    [InlineData("42501", SqlFailure.Unknown)]
    [InlineData("0A000", SqlFailure.Unknown)]
    [InlineData("45000", SqlFailure.Unknown)]
    public void A_dialect_goes_by_the_SQLSTATE(string state, SqlFailure meaning)
    {
        var error = new PostgresException("no", "ERROR", "ERROR", state);
        Assert.All((SqlDialect[])[new PostgresDialect(), new CrateDbDialect(), new RedshiftDialect(), new MySqlDialect()], dialect => Assert.Equal(meaning, dialect.Classify(error)));
    }

    [Theory]
    [InlineData("CrateDB", "Primary shard is not active", SqlFailure.Transient)]
    [InlineData("CrateDB", "Job killed, timed out", SqlFailure.Transient)]
    [InlineData("CrateDB", "Document contains at least one immense term", SqlFailure.Row)]
    [InlineData("CrateDB", "Cannot cast `x` of type `text` to type `bigint`", SqlFailure.Row)]
    [InlineData("CrateDB", "something else", SqlFailure.Unknown)]
    [InlineData("Redshift", "1023 DETAIL: Serializable isolation violation on table", SqlFailure.Conflict)]
    [InlineData("Redshift", "Statement is too large", SqlFailure.TooLarge)]
    [InlineData("Redshift", "Load failed. Check 'stl_load_errors'", SqlFailure.Row)]
    [InlineData("Redshift", "Disk Full", SqlFailure.Transient)]
    [InlineData("Redshift", "something else", SqlFailure.Unknown)]
    public void What_a_service_puts_under_XX000_goes_by_its_text(string database, string text, SqlFailure meaning)
    {
        SqlDialect dialect = database == "CrateDB" ? new CrateDbDialect() : new RedshiftDialect();
        Assert.Equal(meaning, dialect.Classify(new PostgresException(text, "ERROR", "ERROR", "XX000")));
    }

    [Theory]
    [InlineData(1213, SqlFailure.Conflict)]
    [InlineData(1205, SqlFailure.Conflict)]
    [InlineData(1153, SqlFailure.TooLarge)]
    [InlineData(9999, SqlFailure.Unknown)]
    public void MySQL_goes_by_its_numbers(int code, SqlFailure meaning) => Assert.Equal(meaning, new MySqlDialect().Classify(new Numbered(code)));

    [Theory]
    [InlineData(5, SqlFailure.Transient)]
    [InlineData(6, SqlFailure.Transient)]
    [InlineData(7, SqlFailure.Transient)]
    [InlineData(8, SqlFailure.Transient)]
    [InlineData(10, SqlFailure.Transient)]
    [InlineData(11, SqlFailure.Transient)]
    [InlineData(13, SqlFailure.Transient)]
    [InlineData(14, SqlFailure.Transient)]
    [InlineData(26, SqlFailure.Transient)]
    [InlineData(1, SqlFailure.Transient)]
    [InlineData(18, SqlFailure.Row)]
    [InlineData(19, SqlFailure.Row)]
    [InlineData(1299, SqlFailure.Row)] // SQLITE_CONSTRAINT_NOTNULL: the primary code counts
    [InlineData(20, SqlFailure.Row)]
    public void SQLite_goes_by_its_result_codes(int code, SqlFailure meaning) => Assert.Equal(meaning, new SqliteDialect().Classify(new SqliteException(code, "no")));

    [Fact]
    public void A_time_out_of_the_driver_is_a_write_that_took_too_long() =>
        Assert.Equal(SqlFailure.TimedOut, new PostgresDialect().Classify(new NpgsqlException("slow", new TimeoutException())));

    private sealed class Numbered(int code) : DbException("no", code);
}
