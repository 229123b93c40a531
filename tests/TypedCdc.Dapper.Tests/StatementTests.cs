using System.Data;
using TypedCdc.DapperRows;

namespace TypedCdc.Dapper.Tests;

public sealed class StatementTests
{
    [Fact]
    public void The_statements_are_the_generated_ones()
    {
        Assert.Equal(Customer.Sql.Postgres.CreateTable, ModelRows<Customer>.Postgres.CreateTable);
        Assert.Equal(Customer.Sql.Postgres.Upsert, ModelRows<Customer>.Postgres.Upsert);
        Assert.Equal(Customer.Sql.Postgres.Delete, ModelRows<Customer>.Postgres.Delete);
        Assert.Equal(EveryType.Sql.Sqlite.CreateTable, ModelRows<EveryType>.Sqlite.CreateTable);
        Assert.Equal(EveryType.Sql.Sqlite.Upsert, ModelRows<EveryType>.Sqlite.Upsert);
        Assert.Equal(EveryType.Sql.Sqlite.Delete, ModelRows<EveryType>.Sqlite.Delete);
    }

    [Fact]
    public async Task A_connection_of_an_unknown_kind_says_what_to_do()
    {
        using var connection = new OtherConnection();
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => connection.CreateTableAsync<Customer>());
        Assert.Contains("CdcDapper.UseConnection<OtherConnection>(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_is_its_time_and_position()
    {
        Assert.Equal("0000000000000000007:002" + "12", CdcVersion.Of(Samples.Inserted(new Customer { UserId = 1 }, 7, 12)));
        Assert.Equal("0000000000000000007:000", CdcVersion.At(DateTimeOffset.UnixEpoch.AddMicroseconds(7)));
        Assert.Throws<ArgumentException>(() => CdcVersion.At(DateTimeOffset.UnixEpoch.AddTicks(-1)));
    }

    [Fact]
    public async Task The_example_of_the_readme_is_code_that_runs()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "src", "TypedCdc.Dapper", "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var example = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
        Assert.True(example.Split('\n').Length <= 13, "The example is to stay short.");
        Assert.Contains(example, await File.ReadAllTextAsync(Path.Combine(Root, "tests", "TypedCdc.Dapper.Tests", "ReadmeExample.cs")), StringComparison.Ordinal);

        await using var database = Database.OnSqlite();
        await database.Connection.CreateTableAsync<Customer>();
        var handler = new CustomerTable(database.Connection);
        await handler.OnInsertedAsync((Inserted<Customer>)Samples.Inserted(new Customer { UserId = 1, FirstName = "x" }, 1, 1), default);
        Assert.Equal(["integer 1|text 'x'|null NULL|text '0000000000000000001:0011'|null NULL"], await database.DumpAsync<Customer>());
        await handler.OnRemovedAsync(Samples.Removed(new Customer { UserId = 1 }, 2, 2), default);
        Assert.Equal(["integer 1|null NULL|null NULL|text '0000000000000000002:0012'|integer 2"], await database.DumpAsync<Customer>());
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "TypedCdc.sln")))
            {
                folder = folder.Parent;
            }

            return folder.FullName;
        }
    }

    private sealed class OtherConnection : IDbConnection
    {
        [System.Diagnostics.CodeAnalysis.AllowNull]
        public string ConnectionString { get => ""; set => _ = value; }

        public int ConnectionTimeout => 0;

        public string Database => "";

        public ConnectionState State => ConnectionState.Open;

        public IDbTransaction BeginTransaction() => throw new NotSupportedException();

        public IDbTransaction BeginTransaction(IsolationLevel il) => throw new NotSupportedException();

        public void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public void Close()
        {
        }

        public IDbCommand CreateCommand() => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public void Open()
        {
        }
    }
}
