// The whole of TypedCdc in one program and with no service: captured change events → typed handlers → SQLite.
using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Quickstart;
using TypedCdc;
using TypedCdc.Observability;

var events = new Option<string>("--events")
{
    Description = "The change events to replay: a file or a pattern (JSON lines, gzip, concatenated JSON, Lambda or Streams envelopes).",
    DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "events", "*.jsonl"),
};
var database = new Option<string>("--db")
{
    Description = "The SQLite database to write; made where it is not there.",
    DefaultValueFactory = _ => "quickstart.db",
};
var command = new RootCommand("Replays DynamoDB change events into typed handlers and a SQLite database.") { events, database };
command.SetAction((result, cancellationToken) => RunAsync(result.GetRequiredValue(events), result.GetRequiredValue(database), cancellationToken));
return await command.Parse(args).InvokeAsync();

static async Task<int> RunAsync(string events, string database, CancellationToken cancellationToken)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Services.AddSingleton<ChangeLog>();
    var deadLetters = Path.ChangeExtension(database, ".dead-letters.jsonl");
    builder.Services.AddTypedCdc(cdc => cdc
        .FromFiles(events)
        .DeadLettersToFile(deadLetters)
        // A stream stops before a bad deploy drains it into the dead letters; a file is replayed to its end, whatever is in it.
        .Configure(options => options.CircuitBreaker = new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null })
        .Handle<Customer, CustomerHandler>()
        .Handle<SensorReading, SensorReadingHandler>()
        .ToSqlite(database, tables => tables.Add<Customer>().Add<SensorReading>()));

    using var host = builder.Build();
    var statistics = host.Services.GetRequiredService<CdcStatistics>();
    try
    {
        await host.RunAsync(cancellationToken);   // ends when the files do
    }
    catch (FileNotFoundException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }

    TablePrinter.Print(database, Customer.Schema.SqlName, "userid");
    TablePrinter.Print(database, SensorReading.Schema.SqlName, "device, timestamp");

    if (statistics.DeadLettered > 0)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine($"What could not be read is kept in {deadLetters}.");
    }

    Console.Out.WriteLine();
    Console.Out.WriteLine(statistics);   // events: N, inserted: I, modified: M, removed: R, dead-lettered: D, unknown: U
    return 0;
}
