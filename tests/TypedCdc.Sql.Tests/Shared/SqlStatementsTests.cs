using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Tests.Shared;

public sealed class SqlStatementsTests
{
    private static readonly SqlTable Customers = new(null, "customers", [
        new("userid", "UserId", SqlColumnType.Int64, SqlKey.Partition),
        new("first_name", "FirstName", SqlColumnType.Text),
        new("balance", "Balance", SqlColumnType.Numeric),
        new("attrs", "Attrs", SqlColumnType.Json),
    ]);

    private static readonly SqlTable Orders = new("shop", "orders", [
        new("line", "Line", SqlColumnType.Int32, SqlKey.Sort),
        new("note", "Note", SqlColumnType.Text),
        new("id", "Id", SqlColumnType.Guid, SqlKey.Partition),
    ]);

    [Theory]
    [InlineData("Postgres")]
    [InlineData("Sqlite")]
    [InlineData("CrateDb")]
    [InlineData("Redshift")]
    [InlineData("MySql")]
    public void Statements_read_as_they_should(string name)
    {
        var database = Enum.Parse<SqlDatabase>(name);
        var text = string.Join("\n\n", new[] { Customers, Orders }.SelectMany(table => new[]
        {
            SqlStatements.CreateTable(database, table), SqlStatements.Upsert(database, table), SqlStatements.Delete(database, table),
        }));
        Snapshot.Verify(text, "sql", $"{nameof(SqlStatementsTests)}.{nameof(Statements_read_as_they_should)}_{name}");
    }
}
