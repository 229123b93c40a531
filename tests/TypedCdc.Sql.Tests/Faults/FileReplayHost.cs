using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Checkpoints;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>The whole host: files, dead letters and checkpoints in a folder, and one relational sink. Small batches, so that there are many moments to hit.</summary>
internal static class FileReplayHost
{
    public static string Events(string folder) => Path.Combine(folder, "events.jsonl");

    public static string DeadLetters(string folder) => Path.Combine(folder, "dead-letters.jsonl");

    public static string Checkpoints(string folder) => Path.Combine(folder, "checkpoints.json");

    public static IHost Create(string folder, Action<CdcBuilder> sink, ILoggerProvider? log = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production", ApplicationName = "replay", DisableDefaults = true });
        if (log is not null)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        }

        builder.Services.AddTypedCdc(cdc =>
        {
            cdc.FromFiles(Events(folder), options =>
            {
                options.Checkpoints = new FileCheckpointStore(Checkpoints(folder));
                options.ProgressInterval = TimeSpan.FromTicks(1); // a checkpoint after every piece
            });
            cdc.DeadLettersToFile(DeadLetters(folder));
            cdc.Configure(static options => options.MaximumInFlightRecords = 1_000);
            sink(cdc);
        });
        return builder.Build();
    }

    public static void ToSqlite(CdcBuilder cdc, string path) => ToSqlite(cdc, new SqliteSinkOptions { Path = path, BusyTimeout = TimeSpan.FromMilliseconds(100) });

    public static void ToSqlite(CdcBuilder cdc, SqliteSinkOptions options) => cdc.ToSqlite(options, static tables => tables.Add<Customer>(), Feed);

    public static void ToPostgres(CdcBuilder cdc, string connectionString) =>
        cdc.ToPostgres(new PostgresSinkOptions { ConnectionString = connectionString, Connections = 4 }, static tables => tables.Add<Customer>(), Feed);

    public static void ToSqliteColumns(CdcBuilder cdc, string path) => cdc.ToSqlite(path, static tables => tables.AddColumns("*"), Feed);

    public static void ToPostgresColumns(CdcBuilder cdc, string connectionString) =>
        cdc.ToPostgres(new PostgresSinkOptions { ConnectionString = connectionString, Connections = 4 }, static tables => tables.AddColumns("*"), Feed);

    private static void Feed(SinkOptions sink)
    {
        sink.MaximumBatchRecords = 40;
        sink.Failure.BaseDelay = TimeSpan.FromMilliseconds(10);
        sink.Failure.MaximumDelay = TimeSpan.FromMilliseconds(100);
    }
}
