using System.Numerics;
using System.Runtime.Serialization;

namespace TypedCdc.Models.Tests.Models;

/// <summary>Three kinds of items on one table, as single-table designs have them.</summary>
[CdcTable("app", SqlName = "app_customers")]
[PartitionKey("PK", Pattern = "CUSTOMER#{Id}")]
[SortKey("SK", Pattern = "PROFILE")]
public sealed partial record AppCustomer
{
    public required long Id { get; init; }

    [CdcAttribute("name")]
    public string? Name { get; init; }
}

[CdcTable("app", SqlName = "app_orders")]
[PartitionKey("PK", Pattern = "CUSTOMER#{Id}")]
[SortKey("SK", Pattern = "ORDER#{OrderId}")]
public sealed partial record AppOrder
{
    public required long Id { get; init; }

    public required Guid OrderId { get; init; }

    [CdcAttribute("total")]
    public decimal Total { get; init; }

    [CdcOverflow]
    public AttributeMap Rest { get; init; } = AttributeMap.Empty;
}

/// <summary>A member that is a part of both keys, text, and a catch-all.</summary>
[CdcTable("app", SqlName = "app_files")]
[PartitionKey("PK", Pattern = "TENANT#{Tenant}")]
[SortKey("SK", Pattern = "{Tenant}/{*Path}")]
public readonly partial record struct AppFile(string Tenant, string Path, long? Size);

/// <summary>Members that hold the whole keys, beside what is in them.</summary>
[CdcTable("app", SqlName = "app_devices", Discriminator = "type", DiscriminatorValue = "device")]
public sealed partial class AppDevice
{
    [PartitionKey("PK", Pattern = "DEVICE#{Serial:D6}")]
    public required string Pk { get; set; }

    [SortKey("SK", Pattern = "DEVICE")]
    public required string Sk { get; set; }

    public int Serial { get; set; }
}

public enum Stage
{
    Draft,

    [EnumMember(Value = "in-review")]
    InReview,
}

/// <summary>Every type that can be a part.</summary>
[CdcTable("parts")]
[PartitionKey("PK", Pattern = "{Byte}|{Short}|{Unsigned}|{Huge}|{Unbounded}|{Number:D6}|{Day}|{At}")]
[SortKey("SK", Pattern = "{Local:fff}|{Seconds}|{Id:N}|{Weekday}|{Stage}|{Level}|{class}")]
public sealed partial record AppParts(
    byte Byte, short Short, ulong Unsigned, Int128 Huge, BigInteger Unbounded, int Number, DateOnly Day, DateTimeOffset At, DateTime Local,
    [property: UnixTime(UnixTimeUnit.Seconds)] DateTimeOffset Seconds, Guid Id, DayOfWeek Weekday, Stage Stage, [property: EnumNumber] DayOfWeek Level, string @class);

/// <summary>Times as other languages write them.</summary>
[CdcTable("times")]
[PartitionKey("PK", Pattern = "{Dotnet:O}|{DotnetLocal:O}|{Day:yyyy-MM-dd}|{Number:D6}")]
[SortKey("SK", Pattern = "{Python:yyyy-MM-ddTHH:mm:sszzz}|{Micros:yyyy-MM-dd'T'HH:mm:ss.ffffffK}|{Sortable:s}|{Universal:u}|{Minute:yyyy-MM-ddTHH:mmZ}")]
public sealed partial record AppTimes(
    DateTimeOffset Dotnet, DateTime DotnetLocal, DateTimeOffset Day, int Number, DateTimeOffset Python, DateTime Micros, DateTime Sortable, DateTimeOffset Universal, DateTimeOffset Minute);
