using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TypedCdc.Sql.Tests;

/// <summary>One member for each C# type that the generator maps.</summary>
[CdcTable("types")]
public sealed partial record AllTypes
{
    [PartitionKey("id")]
    public required int Id { get; init; }

    public string? String { get; init; }

    public char? Char { get; init; }

    public Uri? Uri { get; init; }

    public Mood? EnumName { get; init; }

    [EnumNumber]
    public Mood? EnumNumber { get; init; }

    public bool? Bool { get; init; }

    public sbyte? SByte { get; init; }

    public byte? Byte { get; init; }

    public short? Short { get; init; }

    public ushort? UShort { get; init; }

    public int? Int { get; init; }

    public uint? UInt { get; init; }

    public long? Long { get; init; }

    public ulong? ULong { get; init; }

    public Int128? Int128 { get; init; }

    public UInt128? UInt128 { get; init; }

    public BigInteger? BigInteger { get; init; }

    public decimal? Decimal { get; init; }

    public DynamoDbNumber? Number { get; init; }

    public double? Double { get; init; }

    public float? Float { get; init; }

    public Half? Half { get; init; }

    public byte[]? Bytes { get; init; }

    public ReadOnlyMemory<byte>? Memory { get; init; }

    public Guid? Guid { get; init; }

    public DateTime? DateTime { get; init; }

    public DateTimeOffset? DateTimeOffset { get; init; }

    [UnixTime(UnixTimeUnit.Seconds)]
    public DateTimeOffset? UnixSeconds { get; init; }

    [UnixTime(UnixTimeUnit.Milliseconds)]
    public DateTime? UnixMilliseconds { get; init; }

    public DateOnly? DateOnly { get; init; }

    public TimeOnly? TimeOnly { get; init; }

    public TimeSpan? TimeSpan { get; init; }

    public List<string>? Strings { get; init; }

    public string?[]? NullableStrings { get; init; }

    public ImmutableArray<int>? Ints { get; init; }

    public IReadOnlyList<decimal>? Decimals { get; init; }

    public List<double>? Doubles { get; init; }

    public List<byte[]>? Binaries { get; init; }

    public List<Guid>? Guids { get; init; }

    public HashSet<string>? StringSet { get; init; }

    public IReadOnlySet<long>? LongSet { get; init; }

    public HashSet<decimal>? DecimalSet { get; init; }

    public Dictionary<string, int>? Dictionary { get; init; }

    public Place? Nested { get; init; }

    public List<Place>? Places { get; init; }

    public JsonElement? Element { get; init; }

    public JsonNode? Node { get; init; }

    [CdcOverflow]
    public Dictionary<string, JsonElement>? Rest { get; init; }
}

/// <summary>A model in a model.</summary>
public sealed partial record Place
{
    [CdcAttribute("zip code")]
    public int? Zip { get; init; }

    public decimal? Altitude { get; init; }
}
