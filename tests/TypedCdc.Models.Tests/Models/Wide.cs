using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TypedCdc.Decoding;
using TypedCdc.Models.Tests.Models;

[assembly: TypedCdc.CdcConverter(typeof(VersionConverter))]

namespace TypedCdc.Models.Tests.Models;

public enum Status
{
    [EnumMember(Value = "in transit \"✈\"")] InTransit,

    Delivered,

    // Two names of one value: both are read, the first is written.
    [EnumMember(Value = "mislaid")] Mislaid,
    [EnumMember(Value = "missing")] Missing = Mislaid,
}

[EnumNumber]
public enum Level : byte
{
    Low = 1,
    High = 200,
}

/// <summary>The rarer scalars.</summary>
[CdcTable("scalars")]
public sealed partial record Scalars
{
    [PartitionKey] public required Uri Id { get; init; }

    [SortKey] public required ReadOnlyMemory<byte> Hash { get; init; }

    public Int128 Int128 { get; init; }

    public UInt128? UInt128 { get; init; }

    public BigInteger BigInteger { get; init; }

    public DynamoDbNumber Number { get; init; }

    public Half Half { get; init; }

    public char Char { get; init; } = '?';

    public DateTime DateTime { get; init; }

    public DateOnly? Day { get; init; }

    public TimeOnly Time { get; init; }

    public TimeSpan? Duration { get; init; }

    [UnixTime] public DateTimeOffset? ExpiresAt { get; init; }

    [UnixTime(UnixTimeUnit.Milliseconds)] public DateTime SeenAt { get; init; }

    public Status Status { get; init; }

    public Level Level { get; init; } = Level.Low;

    [EnumNumber] public DayOfWeek? DayOfWeek { get; init; }

    public JsonElement Json { get; init; }

    public JsonNode? Node { get; init; }
}

public sealed record Address(string Street, string? City = "nowhere")
{
    public int? Zip { get; init; }

    public List<Address> Former { get; init; } = [];
}

public struct Point
{
    public double X { get; set; }

    public double Y { get; set; }
}

/// <summary>Collections, models inside the model, and what is left over.</summary>
[CdcTable("documents", Naming = NamingPolicy.SnakeCase)]
public sealed partial class Document
{
    [PartitionKey] public required string Id { get; init; }

    public List<string> Names { get; init; } = ["initial"];

    public long[]? Numbers { get; init; }

    public ImmutableArray<decimal> Amounts { get; init; } = [];

    public IReadOnlyList<byte[]>? Blobs { get; init; }

    public IReadOnlyCollection<bool?>? Flags { get; init; }

    public HashSet<string>? Tags { get; init; }

    public IReadOnlySet<decimal>? Prices { get; init; }

    public SortedSet<Guid>? Ids { get; init; }

    public ImmutableHashSet<DynamoDbNumber>? Exact { get; init; }

    public Dictionary<string, int>? Counts { get; init; }

    public IReadOnlyDictionary<string, List<Status?>>? Histories { get; init; }

    public Address? Home { get; init; }

    public required Point Location { get; init; }

    public Point? LastLocation { get; set; }

    public Dictionary<string, Address> Places { get; init; } = [];

    public List<List<Point>>? Paths { get; init; }

    [UnixTime] public List<DateTimeOffset>? Visits { get; init; }

    [CdcOverflow] public Dictionary<string, JsonElement> Rest { get; init; } = new() { ["initial"] = JsonElement.Parse("""{"S":"x"}""") };
}

public readonly record struct Money(decimal Amount, string Currency);

/// <summary>"12.50 EUR".</summary>
public sealed class MoneyConverter : CdcConverter<Money>
{
    public override Money Read(TypedCdc.Decoding.AttributeValueReader value)
    {
        var text = value.GetString();
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 && decimal.TryParse(text.AsSpan(0, blank), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out var amount)
            ? new(amount, text[(blank + 1)..])
            : throw value.Error("The text is not an amount with a currency.");
    }

    public override void Write(Utf8JsonWriter writer, Money value) => TypedCdc.Decoding.AttributeValueWriter.WriteString(
        writer, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.Amount} {value.Currency}"));
}

/// <summary>N of cents.</summary>
public sealed class CentsConverter : CdcConverter<decimal>
{
    public override decimal Read(TypedCdc.Decoding.AttributeValueReader value) => value.GetDecimal() / 100;

    public override void Write(Utf8JsonWriter writer, decimal value) => TypedCdc.Decoding.AttributeValueWriter.WriteDecimal(writer, value * 100);
}

[CdcTable("converted")]
public sealed partial record Converted([PartitionKey] string Id, [CdcConverter(typeof(MoneyConverter))] Money Price, [CdcConverter(typeof(MoneyConverter))] Money? Discount)
{
    [CdcConverter(typeof(CentsConverter), Kinds = AttributeKind.N)] public decimal Cents { get; init; } = 1;

    public Percent Percent { get; init; }

    public List<Version>? Versions { get; init; }
}

[CdcConverter(typeof(PercentConverter), Kinds = AttributeKind.N)]
public readonly record struct Percent(int Value);

public sealed class PercentConverter : CdcConverter<Percent>
{
    public override Percent Read(TypedCdc.Decoding.AttributeValueReader value) => new(value.GetInteger<int>());

    public override void Write(Utf8JsonWriter writer, Percent value) => TypedCdc.Decoding.AttributeValueWriter.WriteInteger(writer, value.Value);
}

public sealed class VersionConverter : CdcConverter<Version>
{
    public override Version Read(TypedCdc.Decoding.AttributeValueReader value) => Version.TryParse(value.GetString(), out var version) ? version : throw value.Error("The text is not a version.");

    public override void Write(Utf8JsonWriter writer, Version value) => TypedCdc.Decoding.AttributeValueWriter.WriteString(writer, value.ToString());
}

/// <summary>Little of it is mapped.</summary>
[CdcTable("loose")]
public sealed partial record Loose([PartitionKey("id")] string Id)
{
    [CdcOverflow] public AttributeMap Rest { get; init; } = AttributeMap.Empty;
}
