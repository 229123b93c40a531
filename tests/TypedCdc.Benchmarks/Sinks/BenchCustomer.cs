namespace TypedCdc.Benchmarks.Sinks;

/// <summary>The model whose rows all ways write: six columns of the types that customers' tables have.</summary>
[CdcTable("bench")]
public sealed partial record BenchCustomer
{
    [PartitionKey("id")] public required long Id { get; init; }

    [CdcAttribute("name")] public string? Name { get; init; }

    [CdcAttribute("email")] public string? Email { get; init; }

    [CdcAttribute("balance")] public decimal? Balance { get; init; }

    [CdcAttribute("updated_at")] public DateTimeOffset? UpdatedAt { get; init; }

    [CdcAttribute("active")] public bool? Active { get; init; }
}
