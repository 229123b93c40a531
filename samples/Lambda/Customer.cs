using TypedCdc;

namespace LambdaSample;

[CdcTable("customers")]
public sealed partial record Customer
{
    [PartitionKey("userid")] public required long UserId { get; init; }

    [CdcAttribute("first_name")] public string? FirstName { get; init; }

    [CdcAttribute("phone")] public long? Phone { get; init; }
}
