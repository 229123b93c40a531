using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>
/// Finds out whether the lease table is used by a native fleet of the Kinesis Client Library 3, whose leader assigns leases and where nobody may take one. It looks at rows of the lease table and
/// at the table <c>APPLICATION-CoordinatorState</c>, at the start and again while running.
/// </summary>
internal sealed class KclFleet(IAmazonDynamoDB client, string application, TimeProvider time)
{
    private const string Way = "This library does not take leases from such a fleet. Run its workers in the 2.x-compatible mode, or stop the fleet and delete these coordinator items before the cut-over.";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private long? _lookedAt;
    private string? _refusal;

    /// <summary>Why leases must not be taken, by a row of the lease table that is no lease (KCL 3.5 keeps its coordinator's items there); null where it says nothing of it.</summary>
    internal static string? RefusalOf(Dictionary<string, AttributeValue> item) =>
        item.TryGetValue(LeaseItem.EntityType, out var type) && type.S == "LEADER" ? $"The lease table has an item of a KCL 3 leader. {Way}"
        : item.TryGetValue("cv", out var version) && MayTakeAt(version.S) is { } refusal ? refusal
        : null;

    /// <summary>Why leases must not be taken, by the coordinator's own table; null where they may.</summary>
    internal async ValueTask<string?> RefusalAsync(CancellationToken cancellationToken)
    {
        if (_lookedAt is { } at && time.GetElapsedTime(at) < LookAgain)
        {
            return _refusal;
        }

        _refusal = await LookAsync(cancellationToken);
        _lookedAt = time.GetTimestamp();
        return _refusal;
    }

    private async ValueTask<string?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadAsync("Leader", cancellationToken) is { } leader && !leader.ContainsKey("isReleased"))
            {
                return $"'{application}-CoordinatorState' has an item of a KCL 3 leader. {Way}";
            }

            return await ReadAsync("Migration3.0", cancellationToken) is not { } migration ? null
                : migration.TryGetValue("cv", out var version) && version.S is { } text ? MayTakeAt(text)
                : $"The item 'Migration3.0' of '{application}-CoordinatorState' does not say which version the fleet runs. {Way}";
        }
        catch (ResourceNotFoundException)
        {
            return null; // no such table: no KCL 3 was ever here
        }
    }

    private static string? MayTakeAt(string version) => version is "CLIENT_VERSION_2X" or "CLIENT_VERSION_UPGRADE_FROM_2X"
        ? null
        : $"The fleet of this lease table runs KCL 3 in its own mode ({version}). {Way}";

    private async ValueTask<Dictionary<string, AttributeValue>?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await client.GetItemAsync(
            new() { TableName = application + "-CoordinatorState", Key = new() { ["key"] = new(key) }, ConsistentRead = true }, cancellationToken);
        return answer.Item is { Count: > 0 } item ? item : null;
    }
}
