using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Quickstart;
using TypedCdc;

namespace Telemetry;

/// <summary>A handler with a span of its own. It stands under the record's, as do the log's lines.</summary>
public sealed partial class Welcome(ILogger<Welcome> log) : ChangeHandler<Customer>
{
    /// <summary>The name of the handler's own spans.</summary>
    public const string ActivitySourceName = "Shop";

    private static readonly ActivitySource Activities = new(ActivitySourceName);

    public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
    {
        using var activity = Activities.StartActivity("welcome customer");
        LogWelcome(log, change.Key.UserId);
        return default;
    }

    [LoggerMessage(1, LogLevel.Information, "Welcome, customer {UserId}")]
    private static partial void LogWelcome(ILogger logger, long userId);
}
