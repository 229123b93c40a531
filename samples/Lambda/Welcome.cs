using Microsoft.Extensions.Logging;
using TypedCdc;

namespace LambdaSample;

/// <summary>Greets who is new, and says whose phone changed. What is logged goes to standard error, which CloudWatch collects.</summary>
public sealed partial class Welcome(ILogger<Welcome> log) : ChangeHandler<Customer>
{
    public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
    {
        LogWelcome(log, change.Key.UserId);
        return default;
    }

    public override ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken)
    {
        if (change.HasChanged(Customer.Attributes.Phone))
        {
            LogPhone(log, change.Key.UserId);
        }

        return default;
    }

    [LoggerMessage(1, LogLevel.Information, "Welcome, customer {UserId}")]
    private static partial void LogWelcome(ILogger logger, long userId);

    [LoggerMessage(2, LogLevel.Information, "Customer {UserId} has a new phone")]
    private static partial void LogPhone(ILogger logger, long userId);
}
