using System.Runtime.Serialization;

namespace TypedCdc.Sql.Tests;

[Flags]
public enum Rights
{
    Read = 1,
    Write = 2,
    [EnumMember(Value = "in charge")]
    Own = 4,
}

/// <summary>Columns with annotations, the ignored one between others, and members narrower than their columns.</summary>
[CdcTable("annotated"), CdcIndex(nameof(City), nameof(Level))]
public sealed partial record Annotated([PartitionKey] long Id)
{
    [CdcColumn(Ignore = true)]
    public string? Password { get; init; }

    [CdcIndex, CdcColumn(Type = "varchar(5)")]
    public string? City { get; init; }

    [CdcColumn(OnUnfit = UnfitValue.ToOverflow)]
    public byte? Level { get; init; }

    [CdcColumn(PostgresType = "numeric(12, 2)", OnUnfit = UnfitValue.Fail)]
    public decimal? Balance { get; init; }

    [CdcColumn(OnUnfit = UnfitValue.NullAndReport)]
    public Rights? Rights { get; init; }

    public List<ushort>? Ports { get; init; }

    public char? Grade { get; init; }

    public Half? Ratio { get; init; }

    [CdcOverflow]
    public AttributeMap Rest { get; init; } = AttributeMap.Empty;

    /// <summary>A record of an item with some attributes: <c>"City":{"S":"x"}</c>.</summary>
    internal static CdcRecord Of(int id, string attributes) => TestRecord.Make(
        "INSERT", "annotated", id, "1", $$$"""{"Id":{"N":"{{{id}}}"}}""", $$$"""{"Id":{"N":"{{{id}}}"},{{{attributes}}}}""");
}

/// <summary>The same table before the annotations came.</summary>
[CdcTable("annotated")]
public sealed partial record Unannotated([PartitionKey] long Id)
{
    public string? City { get; init; }

    public byte? Level { get; init; }
}

/// <summary>Only what can be added to <see cref="Unannotated"/>'s table.</summary>
[CdcTable("annotated"), CdcIndex(nameof(City), nameof(Level))]
public sealed partial record Indexed([PartitionKey] long Id)
{
    [CdcIndex]
    public string? City { get; init; }

    public byte? Level { get; init; }
}
