using System.Globalization;
using Amazon.DynamoDBv2.Model;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>A lease as a DynamoDB item, with the attribute names of the Kinesis Client Library.</summary>
internal static class LeaseItem
{
    internal const string Key = "leaseKey";
    internal const string Owner = "leaseOwner";
    internal const string Counter = "leaseCounter";
    internal const string Checkpoint = "checkpoint";
    internal const string SubSequenceNumber = "checkpointSubSequenceNumber";
    internal const string OwnerSwitches = "ownerSwitchesSinceCheckpoint";
    internal const string CheckpointOwner = "checkpointOwner";
    internal const string Parents = "parentShardId";       // singular
    internal const string Children = "childShardIds";
    internal const string StartingHashKey = "startingHashKey";
    internal const string EndingHashKey = "endingHashKey";
    internal const string EntityType = "entityType";
    internal const string OwnCheckpoint = "typedCdcCheckpoint";
    internal const string CompleteUntil = "typedCdcCompleteUntil";
    internal const string StreamCreatedAt = "typedCdcStreamCreatedAt";
    internal const string StartAt = "typedCdcStartAt";

    /// <summary>The lease of an item; null where the item is no lease: another entity, or one of another program.</summary>
    internal static Lease? Read(Dictionary<string, AttributeValue> item)
    {
        if ((Text(item, EntityType) is { } type && type != "LEASE") || Text(item, Key) is not { } key || Number(item, Counter) is not { } counter || Text(item, Checkpoint) is not { } checkpoint)
        {
            return null;
        }

        return new(key)
        {
            Owner = Text(item, Owner),
            Counter = counter,
            Checkpoint = LeaseCheckpoint.Parse(checkpoint),
            CheckpointSubSequenceNumber = Number(item, SubSequenceNumber) ?? 0,
            OwnerSwitches = Number(item, OwnerSwitches) ?? 0,
            CheckpointOwner = Text(item, CheckpointOwner),
            Parents = Texts(item, Parents),
            Children = Texts(item, Children),
            HashKeys = HashKey(item, StartingHashKey) is { } start && HashKey(item, EndingHashKey) is { } end ? new HashKeyRange(start, end) : null,
            OwnCheckpoint = Text(item, OwnCheckpoint) is { } own ? SequenceNumber.Parse(own) : null,
            CompleteUntil = Instant(item, CompleteUntil),
            StreamCreatedAt = Instant(item, StreamCreatedAt),
            StartAt = Instant(item, StartAt),
        };
    }

    /// <summary>What a new lease is stored as. No entityType: a worker of KCL 2.x does not know it.</summary>
    internal static Dictionary<string, AttributeValue> Write(Lease lease)
    {
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal)
        {
            [Key] = new(lease.Key),
            [Counter] = Of(lease.Counter),
            [Checkpoint] = new(lease.Checkpoint.ToString()),
            [SubSequenceNumber] = Of(lease.CheckpointSubSequenceNumber),
            [OwnerSwitches] = Of(lease.OwnerSwitches),
        };
        if (lease.Owner is not null)
        {
            item[Owner] = new(lease.Owner);
        }

        if (lease.Parents.Count > 0)
        {
            item[Parents] = new() { SS = [.. lease.Parents] };
        }

        if (lease.HashKeys is { } keys)
        {
            item[StartingHashKey] = new(keys.Start.ToString(CultureInfo.InvariantCulture));
            item[EndingHashKey] = new(keys.End.ToString(CultureInfo.InvariantCulture));
        }

        if (lease.StreamCreatedAt is { } created)
        {
            item[StreamCreatedAt] = Of(created);
        }

        if (lease.StartAt is { } start)
        {
            item[StartAt] = Of(start);
        }

        return item;
    }

    internal static AttributeValue Of(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    internal static AttributeValue Of(DateTimeOffset instant) => Of(instant.ToUnixTimeMilliseconds());

    private static string? Text(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) && value.S is { Length: > 0 } text ? text : null;

    private static long? Number(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && long.TryParse(value.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IReadOnlyList<string> Texts(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.SS is { Count: > 0 } texts ? [.. texts.Order(StringComparer.Ordinal)] : [];

    private static UInt128? HashKey(Dictionary<string, AttributeValue> item, string name) =>
        UInt128.TryParse(Text(item, name), NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? key : null;

    private static DateTimeOffset? Instant(Dictionary<string, AttributeValue> item, string name) =>
        Number(item, name) is { } milliseconds and >= 0 and < 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
