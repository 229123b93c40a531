namespace TypedCdc.Models.Tests.Models;

public enum Tier
{
    Bronze,
    Silver,
    Gold,
}

/// <summary>Every type of the first width, nullable and not, each with an initializer that an absent attribute leaves alone.</summary>
[CdcTable("everything")]
public sealed partial class Everything
{
    [PartitionKey] public required string Id { get; init; }

    [SortKey("seq")] public ulong Sequence { get; set; }

    public sbyte SByte { get; init; } = -1;

    public byte Byte { get; set; } = 1;

    public short Int16 { get; private set; } = 2;

    public ushort UInt16 { get; init; }

    public int Int32 { get; set; }

    public uint UInt32 { get; set; }

    public long? Int64 { get; set; } = 7;

    public decimal Decimal { get; init; } = 1.5m;

    public double Double { get; init; }

    public float? Single { get; init; }

    public bool Boolean { get; set; } = true;

    public byte[] Bytes { get; init; } = [1, 2, 3];

    public byte[]? MaybeBytes { get; init; }

    public Guid Guid { get; init; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; init; }

    public Tier Tier { get; init; } = Tier.Silver;

    public Tier? MaybeTier { get; init; }

    public string Text { get; init; } = "initial";

    public string? MaybeText { get; init; } = "not null";

    public string Display => $"{Id}/{Sequence}";

    [CdcIgnore] public object? State { get; set; }

    [CdcAttribute("a-b \"quoted\" \\ ☃")] public string? Odd { get; set; }

    [CdcAttribute("class")] public string? @class { get; set; }
}
