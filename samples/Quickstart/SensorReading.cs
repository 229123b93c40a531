using TypedCdc;

namespace Quickstart;

[CdcTable("table-testdrive", Naming = NamingPolicy.CamelCase)]
public sealed partial record SensorReading
{
    [PartitionKey] public required string Device { get; init; }
    [SortKey] public required string Timestamp { get; init; }
    public decimal? Humidity { get; init; }
    public decimal? Temperature { get; init; }
}
