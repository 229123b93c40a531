namespace TypedCdc.EndToEnd.Tests;

/// <summary>What the handler sees of an order. Its other attributes are on purpose not mapped.</summary>
[CdcTable("orders")]
public sealed partial record Order
{
    [PartitionKey("customer")] public required string Customer { get; init; }
    [SortKey("number")] public required long Number { get; init; }
    [CdcAttribute("note")] public string? Note { get; init; }
    [CdcAttribute("amount")] public decimal? Amount { get; init; }
    [CdcAttribute("paid")] public bool? Paid { get; init; }
    [CdcAttribute("proof")] public byte[]? Proof { get; init; }
}

/// <summary>What is kept of an order as a row: with a number of 38 digits, which a decimal does not hold, and which goes from the record's bytes into the table.</summary>
[CdcTable("orders", SqlName = "order_rows")]
public sealed partial record OrderRow
{
    [PartitionKey("customer")] public required string Customer { get; init; }
    [SortKey("number")] public required long Number { get; init; }
    [CdcAttribute("note")] public string? Note { get; init; }
    [CdcAttribute("amount")] public decimal? Amount { get; init; }
    [CdcAttribute("exact")] public decimal? Exact { get; init; }
    [CdcAttribute("paid")] public bool? Paid { get; init; }
    [CdcAttribute("proof")] public byte[]? Proof { get; init; }
}
