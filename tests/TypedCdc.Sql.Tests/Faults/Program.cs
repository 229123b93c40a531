using Microsoft.Extensions.Hosting;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>What this assembly does as a child of a test: something that can be killed, or holds a lock as another process does.</summary>
internal static class Program
{
    internal static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["sqlite", var folder, var database]:
                using (var host = FileReplayHost.Create(folder, cdc => FileReplayHost.ToSqlite(cdc, database)))
                {
                    await host.RunAsync();
                }

                return 0;
            case ["postgres", var folder, var connectionString]:
                using (var host = FileReplayHost.Create(folder, cdc => FileReplayHost.ToPostgres(cdc, connectionString)))
                {
                    await host.RunAsync();
                }

                return 0;
            case ["sqlite-columns", var folder, var database]:
                using (var host = FileReplayHost.Create(folder, cdc => FileReplayHost.ToSqliteColumns(cdc, database)))
                {
                    await host.RunAsync();
                }

                return 0;
            case ["postgres-columns", var folder, var connectionString]:
                using (var host = FileReplayHost.Create(folder, cdc => FileReplayHost.ToPostgresColumns(cdc, connectionString)))
                {
                    await host.RunAsync();
                }

                return 0;
            case ["lock", var database]:
                using (var connection = new SqliteConnection(database))
                {
                    connection.Execute("BEGIN IMMEDIATE");
                    Console.WriteLine("locked");
                    Console.ReadLine();
                    connection.Execute("COMMIT");
                }

                return 0;
            default:
                await Console.Error.WriteLineAsync("Run by the tests: sqlite|sqlite-columns|postgres|postgres-columns FOLDER DATABASE, or lock DATABASE.");
                return 2;
        }
    }
}
