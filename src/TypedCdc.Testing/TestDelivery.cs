using TypedCdc.Delivery;

namespace TypedCdc.Testing;

/// <summary>One record at one handler or sink: what became of it.</summary>
/// <param name="Subscriber">The handler or sink.</param>
/// <param name="TableName">The DynamoDB table; null for what is not a change record.</param>
/// <param name="Operation">What happened to the item.</param>
/// <param name="Keys">The item's <c>Keys</c> map.</param>
/// <param name="Position">Where the record stands in the test's stream.</param>
/// <param name="Error">Why it failed for good; null where it succeeded.</param>
public sealed record TestDelivery(string Subscriber, string? TableName, ChangeOperation? Operation, string Keys, StreamPosition Position, Exception? Error)
{
    /// <summary><c>Welcome: Insert {"userid":{"N":"8"}} at test-stream/shard-0@3: ok</c></summary>
    public override string ToString() => $"{Subscriber}: {Operation?.ToString() ?? "unreadable"} {Keys} at {Position}: {(Error is null ? "ok" : Error.GetType().Name + ": " + Error.Message)}";
}
