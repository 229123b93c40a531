namespace TypedCdc.Sql.Tests;

[CdcTable("customers")]
public sealed partial record Customer
{
    [PartitionKey("userid")]
    public required long UserId { get; init; }

    [CdcAttribute("first_name")]
    public string? FirstName { get; init; }

    [CdcAttribute("balance")]
    public decimal? Balance { get; init; }

    [CdcAttribute("phone")]
    public long? Phone { get; init; }
}

/// <summary>A composite key with text in it, and attribute names with odd characters.</summary>
[CdcTable("Sensor-Readings.2024")]
public sealed partial record Reading
{
    [PartitionKey("device")]
    public required string Device { get; init; }

    [SortKey("at")]
    public required string At { get; init; }

    [CdcAttribute("temp °C")]
    public decimal? Temperature { get; init; }

    [CdcAttribute("say \"hi\"")]
    public string? Quoted { get; init; }

    [CdcAttribute("order")]
    public int? Order { get; init; }

    [CdcAttribute("9lives")]
    public bool? Lives { get; init; }
}

public enum Mood
{
    Calm,
    Angry,
}

/// <summary>One member a type of the first width.</summary>
[CdcTable("everything")]
public sealed partial record Everything
{
    [PartitionKey("id")]
    public required Guid Id { get; init; }

    public string? Text { get; init; }

    public bool? Flag { get; init; }

    public short? Small { get; init; }

    public int? Medium { get; init; }

    public long? Large { get; init; }

    public ulong? Huge { get; init; }

    public decimal? Exact { get; init; }

    public double? Approximate { get; init; }

    public byte[]? Bytes { get; init; }

    public Guid? Other { get; init; }

    public DateTimeOffset? At { get; init; }

    public Mood? Mood { get; init; }
}

/// <summary>A key that is an exact number.</summary>
[CdcTable("numbers")]
public sealed partial record NumberKeyed
{
    [PartitionKey("id")]
    public required decimal Id { get; init; }

    public string? Note { get; init; }
}
