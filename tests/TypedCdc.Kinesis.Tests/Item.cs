namespace TypedCdc.Kinesis.Tests;

/// <summary>The model of these tests.</summary>
[CdcTable("items")]
public sealed partial record Item
{
    [PartitionKey("id")] public required long Id { get; init; }
    [CdcAttribute("n")] public long N { get; init; }
}
