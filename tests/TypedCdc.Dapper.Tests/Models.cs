using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Serialization;
using System.Text.Json;

namespace TypedCdc.Dapper.Tests;

[CdcTable("customers")]
public sealed partial record Customer
{
    [PartitionKey("userid")] public required long UserId { get; init; }

    /// <summary>Has no column: those behind it must not move.</summary>
    [CdcAttribute("secret"), CdcColumn(Ignore = true)] public string? Secret { get; init; }

    [CdcAttribute("first_name")] public string? FirstName { get; init; }

    [CdcAttribute("balance")] public decimal? Balance { get; init; }
}

public enum Status
{
    [EnumMember(Value = "in transit")] InTransit,

    Delivered,
}

public sealed record Address(string Street, int? Zip);

/// <summary>One member of every type that a model may have.</summary>
[CdcTable("every-type", Naming = NamingPolicy.SnakeCase)]
public sealed partial record EveryType
{
    [PartitionKey] public required Guid Id { get; init; }

    [SortKey] public required BigInteger Rank { get; init; }

    public string? Text { get; init; }

    public char Letter { get; init; }

    public bool Flag { get; init; }

    public sbyte SByte { get; init; }

    public byte Byte { get; init; }

    public short Int16 { get; init; }

    public ushort UInt16 { get; init; }

    public int Int32 { get; init; }

    public uint UInt32 { get; init; }

    public long Int64 { get; init; }

    public ulong UInt64 { get; init; }

    public Int128 Int128 { get; init; }

    public UInt128 UInt128 { get; init; }

    public BigInteger Big { get; init; }

    public decimal Decimal { get; init; }

    public decimal? NoDecimal { get; init; }

    public DynamoDbNumber Number { get; init; }

    public Half Half { get; init; }

    public float Single { get; init; }

    public double Double { get; init; }

    public byte[]? Bytes { get; init; }

    public ReadOnlyMemory<byte> Memory { get; init; }

    public Guid? Other { get; init; }

    public Uri? Link { get; init; }

    public DateTime Local { get; init; }

    public DateTimeOffset Created { get; init; }

    [UnixTime] public DateTimeOffset? ExpiresAt { get; init; }

    public DateOnly Day { get; init; }

    public TimeOnly Time { get; init; }

    public TimeSpan Duration { get; init; }

    public Status Status { get; init; }

    [EnumNumber] public DayOfWeek Weekday { get; init; }

    public List<string>? Names { get; init; }

    public long[]? Numbers { get; init; }

    public HashSet<string>? Tags { get; init; }

    public IReadOnlySet<decimal>? Prices { get; init; }

    public ImmutableArray<double> Doubles { get; init; } = [];

    public List<byte[]>? Blobs { get; init; }

    public Dictionary<string, int>? Counts { get; init; }

    public Address? Home { get; init; }

    public JsonElement Json { get; init; }

    [CdcOverflow] public Dictionary<string, JsonElement>? Rest { get; init; }
}
