using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>
/// Leases in a DynamoDB table, readable and writable by workers of the Kinesis Client Library 2.x, and of 3.x in its 2.x-compatible mode. Each write has the condition of the KCL's protocol, and
/// every update requires that the row exists: an update without a condition would create a deleted row again.
/// </summary>
/// <param name="client">The client; not disposed.</param>
/// <param name="application">The application: the table's name.</param>
/// <param name="time">The clock.</param>
public sealed class DynamoDbLeaseStore(IAmazonDynamoDB client, string application, TimeProvider time) : ILeaseStore
{
    private const string WhereCounter = LeaseItem.Counter + " = :seen";

    private readonly KclFleet _fleet = new(client, application, time);

    /// <inheritdoc/>
    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var described = await client.DescribeTableAsync(application, cancellationToken);
                if (described.Table.TableStatus == TableStatus.ACTIVE || described.Table.TableStatus == TableStatus.UPDATING)
                {
                    return;
                }
            }
            catch (ResourceNotFoundException)
            {
                await CreateTableAsync(cancellationToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<LeaseTable> ListAsync(CancellationToken cancellationToken)
    {
        var leases = new List<Lease>();
        string? refusal = null;
        Dictionary<string, AttributeValue>? from = null;
        do
        {
            var page = await client.ScanAsync(new() { TableName = application, ExclusiveStartKey = from }, cancellationToken);
            foreach (var item in page.Items ?? [])
            {
                if (LeaseItem.Read(item) is { } lease)
                {
                    leases.Add(lease);
                }
                else
                {
                    refusal ??= KclFleet.RefusalOf(item);
                }
            }

            from = page.LastEvaluatedKey;
        }
        while (from is { Count: > 0 });

        return new(leases, refusal ?? await _fleet.RefusalAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<Lease?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await client.GetItemAsync(new() { TableName = application, Key = KeyOf(key), ConsistentRead = true }, cancellationToken);
        return answer.Item is { Count: > 0 } item ? LeaseItem.Read(item) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CreateAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        try
        {
            await client.PutItemAsync(
                new() { TableName = application, Item = LeaseItem.Write(lease), ConditionExpression = $"attribute_not_exists({LeaseItem.Key})" }, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> RenewAsync(Lease seen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var update = Update(seen, $"SET {LeaseItem.Counter} = :next", WhereCounter);
        if (seen.CheckpointOwner is null)
        {
            update.ConditionExpression += $" AND attribute_not_exists({LeaseItem.CheckpointOwner})";
        }

        return WriteAsync(update, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> TakeAsync(Lease seen, string owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var update = Update(
            seen,
            $"SET {LeaseItem.Owner} = :owner, {LeaseItem.Counter} = :next, {LeaseItem.OwnerSwitches} = :switches REMOVE {LeaseItem.CheckpointOwner}",
            WhereCounter);
        update.ExpressionAttributeValues[":owner"] = new(owner);
        update.ExpressionAttributeValues[":switches"] = LeaseItem.Of(seen.OwnerSwitches + (seen.Owner == owner ? 0 : 1));
        return WriteAsync(update, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> CheckpointAsync(Lease seen, Lease changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(changed);
        var set = $"SET {LeaseItem.Counter} = :next, #checkpoint = :checkpoint, {LeaseItem.SubSequenceNumber} = :zero, {LeaseItem.OwnerSwitches} = :zero";
        var values = new Dictionary<string, AttributeValue>(StringComparer.Ordinal) { [":checkpoint"] = new(changed.Checkpoint.ToString()), [":zero"] = LeaseItem.Of(0) };
        if (changed.Children.Count > 0)
        {
            set += $", {LeaseItem.Children} = :children";
            values[":children"] = new() { SS = [.. changed.Children] };
        }

        if (changed.OwnCheckpoint is { } own)
        {
            set += $", {LeaseItem.OwnCheckpoint} = :own";
            values[":own"] = new(own.ToString(null, CultureInfo.InvariantCulture));
        }

        if (changed.CompleteUntil is { } until)
        {
            set += $", {LeaseItem.CompleteUntil} = :until";
            values[":until"] = LeaseItem.Of(until);
        }

        var update = Update(seen, set + " REMOVE pendingCheckpoint, pendingCheckpointSubSequenceNumber, pendingCheckpointState", WhereCounter);
        update.ExpressionAttributeNames = new() { ["#checkpoint"] = LeaseItem.Checkpoint };
        foreach (var (name, value) in values)
        {
            update.ExpressionAttributeValues[name] = value;
        }

        return WriteAsync(update, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> EvictAsync(Lease seen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var remove = seen.CheckpointOwner is null ? $"{LeaseItem.Owner}, {LeaseItem.CheckpointOwner}" : LeaseItem.CheckpointOwner;
        var update = new UpdateItemRequest
        {
            TableName = application,
            Key = KeyOf(seen.Key),
            UpdateExpression = $"ADD {LeaseItem.Counter} :one REMOVE {remove}",
            ConditionExpression = $"attribute_exists({LeaseItem.Key}) AND {AsSeen(LeaseItem.Owner, seen.Owner, ":owner")} AND {AsSeen(LeaseItem.CheckpointOwner, seen.CheckpointOwner, ":present")}",
            ExpressionAttributeValues = new() { [":one"] = LeaseItem.Of(1) },
        };
        AddSeen(update, ":owner", seen.Owner);
        AddSeen(update, ":present", seen.CheckpointOwner);
        return WriteAsync(update, cancellationToken);

        static string AsSeen(string attribute, string? value, string parameter) => value is null ? $"attribute_not_exists({attribute})" : $"{attribute} = {parameter}";

        static void AddSeen(UpdateItemRequest update, string parameter, string? value)
        {
            if (value is not null)
            {
                update.ExpressionAttributeValues[parameter] = new(value);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(Lease seen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        try
        {
            await client.DeleteItemAsync(
                new()
                {
                    TableName = application,
                    Key = KeyOf(seen.Key),
                    ConditionExpression = WhereCounter,
                    ExpressionAttributeValues = new() { [":seen"] = LeaseItem.Of(seen.Counter) },
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private static Dictionary<string, AttributeValue> KeyOf(string key) => new(StringComparer.Ordinal) { [LeaseItem.Key] = new(key) };

    private UpdateItemRequest Update(Lease seen, string expression, string condition) => new()
    {
        TableName = application,
        Key = KeyOf(seen.Key),
        UpdateExpression = expression,
        ConditionExpression = condition,
        ExpressionAttributeValues = new() { [":seen"] = LeaseItem.Of(seen.Counter), [":next"] = LeaseItem.Of(seen.Counter + 1) },
    };

    private async ValueTask<LeaseWrite> WriteAsync(UpdateItemRequest update, CancellationToken cancellationToken)
    {
        update.ReturnValues = ReturnValue.ALL_NEW;
        update.ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD;
        try
        {
            var answer = await client.UpdateItemAsync(update, cancellationToken);
            return new(true, LeaseItem.Read(answer.Attributes));
        }
        catch (ConditionalCheckFailedException exception)
        {
            // Older emulators do not return the row.
            return new(false, exception.Item is { Count: > 0 } item ? LeaseItem.Read(item) : await ReadAsync(update.Key[LeaseItem.Key].S, cancellationToken));
        }
    }

    private async ValueTask CreateTableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateTableAsync(
                new CreateTableRequest
                {
                    TableName = application,
                    BillingMode = BillingMode.PAY_PER_REQUEST,
                    AttributeDefinitions = [new() { AttributeName = LeaseItem.Key, AttributeType = ScalarAttributeType.S }],
                    KeySchema = [new() { AttributeName = LeaseItem.Key, KeyType = KeyType.HASH }],
                },
                cancellationToken);
        }
        catch (ResourceInUseException)
        {
            // Another worker creates it.
        }
    }
}
