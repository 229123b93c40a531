namespace TypedCdc.Sql.Tests;

// One model through several versions of an application.

[CdcTable("evolving")]
public sealed partial record EvolvingV1
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public string? Name { get; init; }
}

[CdcTable("evolving")]
public sealed partial record EvolvingV2
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public int? Age { get; init; }

    public string? Name { get; init; }

    public byte[]? Photo { get; init; }
}

/// <summary>A wider column than before.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingV3
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public long? Age { get; init; }

    public string? Name { get; init; }

    public byte[]? Photo { get; init; }
}

/// <summary>A change that no migration makes.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingOtherType
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public double? Name { get; init; }
}

/// <summary>Another key.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingOtherKey
{
    [PartitionKey("name")]
    public required string Name { get; init; }

    public long? Id { get; init; }
}

/// <summary>Name has become Title, and Photo is gone.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingRenamed
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public int? Age { get; init; }

    public string? Title { get; init; }
}

/// <summary>A column more, and not the last one.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingWithFirst
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public string? First { get; init; }

    public int? Age { get; init; }

    public string? Name { get; init; }

    public byte[]? Photo { get; init; }
}

/// <summary>As <see cref="EvolvingWithFirst"/>, with a wider column.</summary>
[CdcTable("evolving")]
public sealed partial record EvolvingWideFirst
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    public string? First { get; init; }

    public long? Age { get; init; }

    public string? Name { get; init; }

    public byte[]? Photo { get; init; }
}
