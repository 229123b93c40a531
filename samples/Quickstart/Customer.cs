using TypedCdc;

namespace Quickstart;

[CdcTable("hubert_dynamocdc")]
public sealed partial record Customer
{
    [PartitionKey("userid")] public required long UserId { get; init; }
    [CdcAttribute("first_name")] public string? FirstName { get; init; }
    [CdcAttribute("last_name")] public string? LastName { get; init; }
    [CdcAttribute("phone")] public long? Phone { get; init; }
}
