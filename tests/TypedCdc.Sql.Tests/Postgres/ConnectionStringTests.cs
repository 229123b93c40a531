using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>A connection string that cannot be read ends the start, and nothing of it is said.</summary>
public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("Host=db;Password=hunter2;Prt=5432")]
    [InlineData("Host=db;Password=x;hunter2")]
    [InlineData("Host=db;Port=hunter2")]
    public async Task Nothing_of_it_is_quoted(string broken)
    {
        foreach (var (what, configure) in (IEnumerable<(string, Action<CdcBuilder>)>)
        [
            ("the PostgreSQL sink", cdc => cdc.ToPostgres(broken, static tables => tables.Add<Customer>())),
            ("the PostgreSQL sink", cdc => cdc.ToPostgres(broken, static tables => tables.AddHistory<Customer>())),
            ("the CrateDB sink", cdc => cdc.ToCrateDb(broken, static tables => tables.Add<Customer>())),
            ("the Redshift sink", cdc => cdc.ToRedshift(broken, static tables => tables.Add<Customer>())),
            ("the table of dead letters", cdc => cdc.DeadLettersToPostgres(broken).ToSqlite("unused.db", static tables => tables.Add<Customer>())),
        ])
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => configure(cdc.FromFiles("none-*.jsonl")));
            using var host = builder.Build();
            var error = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.RunAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains($"The connection string of {what} cannot be read.", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        }
    }
}
