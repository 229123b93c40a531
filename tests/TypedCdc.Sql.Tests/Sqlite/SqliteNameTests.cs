using Microsoft.Extensions.DependencyInjection;

namespace TypedCdc.Sql.Tests.Sqlite;

public sealed class SqliteNameTests
{
    [Fact]
    public void Tables_that_differ_only_by_schema_or_case_are_refused_in_SQLite_and_not_elsewhere()
    {
        foreach (var add in (Action<TableSetBuilder>[])[static tables => tables.Add<ArchivedCustomer>(), static tables => tables.Add<ShoutedCustomer>()])
        {
            var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTypedCdc(cdc => cdc.ToSqlite("unused.db", tables => add(tables.Add<Customer>()))));
            Assert.Contains("'TypedCdc.Sql.Tests.Customer' and", error.Message, StringComparison.Ordinal);
            Assert.Contains("SQLite has no schemas", error.Message, StringComparison.Ordinal);
            new ServiceCollection().AddTypedCdc(cdc => cdc.ToPostgres("Host=unused", tables => add(tables.Add<Customer>())));
        }
    }

    [Fact]
    public void A_view_with_the_name_of_another_models_table_is_refused()
    {
        var tables = new TableSetBuilder();
        tables.Add<Customer>().Add<InnerCustomer>();
        Assert.Contains("'customers__cdc'", Assert.Throws<InvalidOperationException>(tables.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_with_the_name_of_a_view_is_refused()
    {
        var tables = new TableSetBuilder();
        tables.Add<Customer>().AddHistory<Reading>(static history => history.SqlName = "customers");
        Assert.Contains("'customers'", Assert.Throws<InvalidOperationException>(tables.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_of_one_table_are_refused()
    {
        var tables = new TableSetBuilder();
        Assert.Contains("would both be kept in the table 'customers'", Assert.Throws<InvalidOperationException>(() => tables.Add<Customer>().Add<OlderCustomer>()).Message, StringComparison.Ordinal);
    }
}
