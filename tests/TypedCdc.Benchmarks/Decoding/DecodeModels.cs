using Amazon.DynamoDBv2.DataModel;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Shape A.</summary>
[CdcTable("hubert_dynamocdc")]
[DynamoDBTable("hubert_dynamocdc")]
public sealed partial class DecodeCustomer
{
    [PartitionKey("userid"), DynamoDBHashKey("userid")] public long UserId { get; set; }

    [CdcAttribute("first_name"), DynamoDBProperty("first_name")] public string? FirstName { get; set; }

    [CdcAttribute("last_name"), DynamoDBProperty("last_name")] public string? LastName { get; set; }

    [CdcAttribute("phone"), DynamoDBProperty("phone")] public long? Phone { get; set; }
}

/// <summary>Shape A with a number that no integer type holds.</summary>
[CdcTable("hubert_dynamocdc")]
public sealed partial class LongNumberCustomer
{
    [PartitionKey("userid")] public long UserId { get; set; }

    [CdcAttribute("first_name")] public string? FirstName { get; set; }

    [CdcAttribute("last_name")] public string? LastName { get; set; }

    [CdcAttribute("phone")] public DynamoDbNumber Phone { get; set; }
}

/// <summary>Shape B.</summary>
[CdcTable("table-testdrive")]
[DynamoDBTable("table-testdrive")]
public sealed partial class DecodeReading
{
    [PartitionKey("device"), DynamoDBHashKey("device")] public required string Device { get; set; }

    [SortKey("timestamp"), DynamoDBRangeKey("timestamp")] public required string Timestamp { get; set; }

    [CdcAttribute("humidity"), DynamoDBProperty("humidity")] public double Humidity { get; set; }

    [CdcAttribute("temperature"), DynamoDBProperty("temperature")] public decimal Temperature { get; set; }
}

/// <summary>Shape C.</summary>
[CdcTable("wide-items")]
[DynamoDBTable("wide-items")]
public sealed partial class DecodeItem
{
    [PartitionKey("pk"), DynamoDBHashKey("pk")] public required string Pk { get; set; }

    [SortKey("sk"), DynamoDBRangeKey("sk")] public required string Sk { get; set; }

    [CdcAttribute("status"), DynamoDBProperty("status")] public string? Status { get; set; }

    [CdcAttribute("email"), DynamoDBProperty("email")] public string? Email { get; set; }

    [CdcAttribute("full_name"), DynamoDBProperty("full_name")] public string? FullName { get; set; }

    [CdcAttribute("category"), DynamoDBProperty("category")] public string? Category { get; set; }

    [CdcAttribute("country"), DynamoDBProperty("country")] public string? Country { get; set; }

    [CdcAttribute("currency"), DynamoDBProperty("currency")] public string? Currency { get; set; }

    [CdcAttribute("description"), DynamoDBProperty("description")] public string? Description { get; set; }

    [CdcAttribute("notes"), DynamoDBProperty("notes")] public string? Notes { get; set; }

    [CdcAttribute("image_url"), DynamoDBProperty("image_url")] public string? ImageUrl { get; set; }

    [CdcAttribute("sku"), DynamoDBProperty("sku")] public string? Sku { get; set; }

    [CdcAttribute("created_at"), DynamoDBProperty("created_at")] public string? CreatedAt { get; set; }

    [CdcAttribute("updated_at"), DynamoDBProperty("updated_at")] public string? UpdatedAt { get; set; }

    [CdcAttribute("parent_id"), DynamoDBProperty("parent_id")] public string? ParentId { get; set; }

    [CdcAttribute("version"), DynamoDBProperty("version")] public int Version { get; set; }

    [CdcAttribute("quantity"), DynamoDBProperty("quantity")] public int Quantity { get; set; }

    [CdcAttribute("views"), DynamoDBProperty("views")] public long Views { get; set; }

    [CdcAttribute("stock"), DynamoDBProperty("stock")] public int Stock { get; set; }

    [CdcAttribute("priority"), DynamoDBProperty("priority")] public int Priority { get; set; }

    [CdcAttribute("retries"), DynamoDBProperty("retries")] public int Retries { get; set; }

    [CdcAttribute("expires_at"), DynamoDBProperty("expires_at")] public long? ExpiresAt { get; set; }

    [CdcAttribute("price"), DynamoDBProperty("price")] public decimal Price { get; set; }

    [CdcAttribute("cost"), DynamoDBProperty("cost")] public decimal Cost { get; set; }

    [CdcAttribute("tax"), DynamoDBProperty("tax")] public decimal Tax { get; set; }

    [CdcAttribute("discount"), DynamoDBProperty("discount")] public decimal Discount { get; set; }

    [CdcAttribute("rating"), DynamoDBProperty("rating")] public double Rating { get; set; }

    [CdcAttribute("weight"), DynamoDBProperty("weight")] public double Weight { get; set; }

    [CdcAttribute("score"), DynamoDBProperty("score")] public double Score { get; set; }

    [CdcAttribute("margin"), DynamoDBProperty("margin")] public double Margin { get; set; }

    [CdcAttribute("active"), DynamoDBProperty("active")] public bool Active { get; set; }

    [CdcAttribute("deleted"), DynamoDBProperty("deleted")] public bool Deleted { get; set; }

    [CdcAttribute("featured"), DynamoDBProperty("featured")] public bool Featured { get; set; }

    [CdcAttribute("address"), DynamoDBProperty("address")] public required DecodeAddress Address { get; set; }

    [CdcAttribute("dims"), DynamoDBProperty("dims")] public required DecodeDims Dims { get; set; }

    [CdcAttribute("lines"), DynamoDBProperty("lines")] public required List<DecodeLine> Lines { get; set; }

    [CdcAttribute("history"), DynamoDBProperty("history")] public required List<string> History { get; set; }

    [CdcAttribute("tags"), DynamoDBProperty("tags")] public required HashSet<string> Tags { get; set; }

    [CdcAttribute("scores"), DynamoDBProperty("scores")] public required HashSet<int> Scores { get; set; }

    [CdcAttribute("payload"), DynamoDBProperty("payload")] public required byte[] Payload { get; set; }
}

public sealed class DecodeAddress
{
    [CdcAttribute("street"), DynamoDBProperty("street")] public required string Street { get; set; }

    [CdcAttribute("city"), DynamoDBProperty("city")] public required string City { get; set; }

    [CdcAttribute("zip"), DynamoDBProperty("zip")] public required string Zip { get; set; }

    [CdcAttribute("geo"), DynamoDBProperty("geo")] public required DecodeGeo Geo { get; set; }
}

public sealed class DecodeGeo
{
    [CdcAttribute("lat"), DynamoDBProperty("lat")] public double Lat { get; set; }

    [CdcAttribute("lon"), DynamoDBProperty("lon")] public double Lon { get; set; }
}

public sealed class DecodeDims
{
    [CdcAttribute("w"), DynamoDBProperty("w")] public double W { get; set; }

    [CdcAttribute("h"), DynamoDBProperty("h")] public double H { get; set; }

    [CdcAttribute("d"), DynamoDBProperty("d")] public double D { get; set; }
}

public sealed class DecodeLine
{
    [CdcAttribute("sku"), DynamoDBProperty("sku")] public required string Sku { get; set; }

    [CdcAttribute("qty"), DynamoDBProperty("qty")] public int Qty { get; set; }

    [CdcAttribute("price"), DynamoDBProperty("price")] public decimal Price { get; set; }
}
