namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>A composite key, documents and arrays.</summary>
[CdcTable("typed")]
public sealed partial record Typed
{
    [PartitionKey("id")]
    public required string Id { get; init; }

    [SortKey("no")]
    public required long No { get; init; }

    [CdcAttribute("tags")]
    public HashSet<string>? Tags { get; init; }

    [CdcAttribute("counts")]
    public List<long>? Counts { get; init; }

    [CdcAttribute("at")]
    public DateTimeOffset? At { get; init; }

    [CdcAttribute("bytes")]
    public byte[]? Bytes { get; init; }

    [CdcAttribute("exact")]
    public decimal? Exact { get; init; }

    [CdcAttribute("map")]
    public Dictionary<string, System.Text.Json.JsonElement>? Map { get; init; }

    [CdcOverflow]
    public Dictionary<string, System.Text.Json.JsonElement>? Rest { get; init; }
}
