namespace TypedCdc.Sql.Tests;

/// <summary>The customer before it had a phone.</summary>
[CdcTable("customers")]
public sealed partial record OlderCustomer
{
    [PartitionKey("userid")]
    public required long UserId { get; init; }

    [CdcAttribute("first_name")]
    public string? FirstName { get; init; }

    [CdcAttribute("balance")]
    public decimal? Balance { get; init; }
}

/// <summary>Another model whose table differs from the customers' only by its schema.</summary>
[CdcTable("archived", SqlName = "customers", SqlSchema = "archive")]
public sealed partial record ArchivedCustomer
{
    [PartitionKey("id")]
    public required long Id { get; init; }
}

/// <summary>Another model whose table differs from the customers' only by case.</summary>
[CdcTable("shouted", SqlName = "CUSTOMERS")]
public sealed partial record ShoutedCustomer
{
    [PartitionKey("id")]
    public required long Id { get; init; }
}

/// <summary>Another model whose view has the name of the customers' table.</summary>
[CdcTable("inner", SqlName = "customers__cdc")]
public sealed partial record InnerCustomer
{
    [PartitionKey("id")]
    public required long Id { get; init; }
}
