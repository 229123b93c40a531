using TypedCdc.Decoding;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>A dialect without transactions; <see cref="DialectConvergenceTests"/> runs its guards on SQLite.</summary>
public sealed class MySqlDialectTests
{
    [Fact]
    public async Task Statements_read_as_they_should()
    {
        var seen = new List<string>();
        var script = new ScriptedExecutor(statement =>
        {
            seen.Add(statement.Text);
            return statement.Text.StartsWith("SELECT `revisions`", StringComparison.Ordinal) ? [[CdcModel.Get<Customer>().Schema.Revision]]
                : statement.Text.StartsWith("SELECT `userid`", StringComparison.Ordinal) ? [[7L, "0000000000000000009:0012", 0L]]
                : statement.Text.StartsWith("SELECT `cdc_ver`", StringComparison.Ordinal) ? [["0000000000000000009:0011", 0L, 7L], ["0000000000000000009:0012", 7L, 8L]]
                : [];
        });
        await using var sink = await DialectSinks.StartAsync(new SqlStore(new MySqlDialect(), _ => new(script)));
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "customers", 9, "1", """{"userid":{"N":"7"}}""", """{"userid":{"N":"7"},"first_name":{"S":"Ada"}}"""),
                TestRecord.Make("MODIFY", "customers", 9, "2", """{"userid":{"N":"7"}}""", """{"userid":{"N":"7"},"first_name":{"S":"Grace"}}"""),
            ],
            default);
        Snapshot.Verify(string.Join("\n\n", seen) + "\n", "sql", $"{nameof(MySqlDialectTests)}.{nameof(Statements_read_as_they_should)}");
    }
}
