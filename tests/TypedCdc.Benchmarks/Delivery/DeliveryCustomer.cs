namespace TypedCdc.Benchmarks.Delivery;

/// <summary>The customer of the captured events: a MODIFY of it with both images has some 550 bytes.</summary>
[CdcTable("customers")]
public sealed partial record DeliveryCustomer
{
    [PartitionKey("userid")] public required long UserId { get; init; }

    [CdcAttribute("first_name")] public string? FirstName { get; init; }

    [CdcAttribute("last_name")] public string? LastName { get; init; }

    [CdcAttribute("phone")] public long? Phone { get; init; }
}
