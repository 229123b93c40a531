namespace TypedCdc.Lambda.Functions;

/// <summary>What an event of Lambda's Kinesis or DynamoDB trigger holds.</summary>
internal sealed class TriggerEvent : IDisposable
{
    /// <summary>The shards, by their first record. Lambda gives one a time; nothing here relies on it.</summary>
    internal List<TriggerShard> Shards { get; } = [];

    /// <summary>Which images the DynamoDB stream carries; null where no record says (Kinesis always carries both).</summary>
    internal Images? ViewType { get; set; }

    /// <summary>The state of a tumbling window, as JSON; empty where the trigger has none. It is given back as it came: an answer without it would be an error.</summary>
    internal ReadOnlyMemory<byte> State { get; set; }

    public void Dispose()
    {
        foreach (var shard in Shards)
        {
            shard.Dispose();
        }
    }
}
