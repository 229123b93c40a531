using Amazon.DynamoDBv2.DataModel;
using TypedCdc.Decoding;

namespace TypedCdc.Models.Tests.Models;

/// <summary>Annotated for DynamoDBContext and nothing else.</summary>
#pragma warning disable CS0618 // what older code says
[DynamoDBTable("Accounts", lowerCamelCaseProperties: true)]
#pragma warning restore CS0618
[CdcTable("accounts")]
public partial class AwsAccount
{
    [DynamoDBHashKey("pk")] public string Id { get; set; } = "";

    [DynamoDBRangeKey] public int Number { get; set; }

    [DynamoDBProperty("display_name")] public string? Name { get; set; }

    public bool IsOpen { get; set; }

    public Tier Tier { get; set; }

    public List<string>? Labels { get; set; }

    [DynamoDBProperty(StoreAsEpochLong = true)] public DateTime ExpiresAt { get; set; }

    [DynamoDBGlobalSecondaryIndexHashKey("by-owner", AttributeName = "owner_id")] public string? Owner { get; set; }

    [DynamoDBVersion] public int? Version { get; set; }

    [DynamoDBIgnore] public object? State { get; set; }

    public AwsInner? Inner { get; set; }
}

public class AwsInner
{
    public string? FirstLine { get; set; }
}

/// <summary>Collections as DynamoDBContext writes them by default (its conversion V1): sets, also of bool; and its own type for B.</summary>
[DynamoDBTable("settings")]
[CdcTable("settings")]
public partial class AwsSettings
{
    [DynamoDBHashKey] public string Id { get; set; } = "";

    public bool On { get; set; }

    public List<bool>? Flags { get; set; }

    public bool[]? FlagArray { get; set; }

    public HashSet<bool>? FlagSet { get; set; }

    public List<bool?>? Perhaps { get; set; }

    public List<Tier>? Tiers { get; set; }

    public MemoryStream? Picture { get; set; }

    public List<MemoryStream>? Pictures { get; set; }
}

public enum Progress
{
    [CdcEnumFallback] Unknown,
    Open,
    [System.Runtime.Serialization.EnumMember(Value = "on-hold")] OnHold,
}

public enum Color
{
    Red = 1,
    [CdcEnumFallback] None = 0,
}

[CdcTable("tasks")]
public sealed partial record TaskItem([PartitionKey] string Id, Progress Progress, Color Color, List<Progress>? All);

[CdcTable("streams")]
public sealed partial record StreamKeyed([PartitionKey] MemoryStream Id, [SortKey] int Part);

/// <summary>A class that knows nothing of TypedCdc and is not partial.</summary>
public sealed class Plain
{
    public required string Id { get; init; }

    public int Count { get; init; } = 5;
}

[CdcModel(typeof(Plain), "plain", PartitionKey = nameof(Plain.Id), Naming = NamingPolicy.SnakeCase)]
[CdcModel(typeof(Legacy))]
[CdcModel(typeof(KeyValuePair<string, int>), "pairs", PartitionKey = "Key")]
public static partial class AppModels;

[DynamoDBTable("legacy")]
public class Legacy
{
    [DynamoDBHashKey] public string Id { get; set; } = "";
}

[CdcTable("shared", Discriminator = "kind", DiscriminatorValue = "cat")]
public sealed partial record Cat([PartitionKey] string Id, string? Name);

[CdcTable("shared", Discriminator = "kind")]
public sealed partial record Dog([PartitionKey] string Id)
{
    [CdcAttribute("kind")] public required string Kind { get; init; }
}

/// <summary>Gives a test the reader of a map: converters see attributes in place.</summary>
[CdcTable("probe")]
public sealed partial record Probe([PartitionKey] string Id)
{
    internal static MatchProbe? Current { get; set; }

    [CdcConverter(typeof(ProbeConverter), Kinds = AttributeKind.M)] public bool Item { get; init; }
}

public sealed record MatchProbe(CdcModel Model)
{
    public bool Result { get; set; }
}

public sealed class ProbeConverter : CdcConverter<bool>
{
    public override bool Read(TypedCdc.Decoding.AttributeValueReader value)
    {
        Span<TypedCdc.Decoding.AttributeSlot> slots = stackalloc TypedCdc.Decoding.AttributeSlot[32];
        var probe = Probe.Current!;
        return probe.Result = probe.Model.Matches(value.ReadMap(probe.Model.Attributes, slots));
    }

    public override void Write(System.Text.Json.Utf8JsonWriter writer, bool value) => TypedCdc.Decoding.AttributeValueWriter.WriteNull(writer);
}
