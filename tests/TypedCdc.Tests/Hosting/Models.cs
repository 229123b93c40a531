namespace TypedCdc.Tests.Hosting;

[CdcTable("hubert_dynamocdc")]
internal sealed partial record Customer
{
    [PartitionKey("userid")]
    public required long UserId { get; init; }

    [CdcAttribute("first_name")]
    public string? FirstName { get; init; }

    [CdcAttribute("last_name")]
    public string? LastName { get; init; }

    [CdcAttribute("phone")]
    public long? Phone { get; init; }
}

[CdcTable("table-testdrive")]
internal sealed partial record SensorReading
{
    [PartitionKey("device")]
    public required string Device { get; init; }

    [SortKey("timestamp")]
    public required string Timestamp { get; init; }

    [CdcAttribute("temperature")]
    public decimal Temperature { get; init; }

    [CdcAttribute("humidity")]
    public decimal? Humidity { get; init; }
}

/// <summary>Maps the key, and keeps the rest as it is.</summary>
[CdcTable("hubert_dynamocdc")]
internal sealed partial record KeepsAll
{
    [PartitionKey("userid")]
    public required long UserId { get; init; }

    [CdcOverflow]
    public AttributeMap? Rest { get; init; }
}

internal sealed class KeepsAllHandler : ChangeHandler<KeepsAll>;
