namespace TypedCdc.Delivery;

/// <summary>What may be in flight between publication and acknowledgement, over all shards.</summary>
internal readonly record struct DeliveryLimits(long MaximumBytes, int MaximumRecords);
