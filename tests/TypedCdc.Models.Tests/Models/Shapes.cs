namespace TypedCdc.Models.Tests.Models;

[CdcTable("positional")]
public sealed partial record Positional([PartitionKey("pk")] Guid Id, string Name, int Level = 5, string? Note = null, int Plain = default)
{
    public string Extra { get; init; } = "extra";
}

[CdcTable("positional-struct")]
public readonly partial record struct PositionalStruct([PartitionKey] int Id, [SortKey] byte[] Hash, decimal? Amount);

[CdcTable("plain-struct")]
public partial struct PlainStruct
{
    public PlainStruct()
    {
    }

    [PartitionKey] public required string Id { get; set; }

    public int Count { get; init; } = 3;
}

[CdcTable("immutable")]
public sealed partial class Immutable
{
    public Immutable(string id, long total)
    {
        Id = id;
        Total = total;
    }

    [PartitionKey] public string Id { get; }

    public long Total { get; }

    public string? Later { get; set; }
}

public static partial class Outer
{
    public partial interface IMiddle
    {
        [CdcTable("nested")]
        internal partial class Nested
        {
            private Nested()
            {
            }

            [PartitionKey] public long Id { get; private set; }

            [CdcAttribute("hidden")] private string? _hidden = "kept";

            public string? Hidden => _hidden;
        }
    }
}

public abstract class Entity
{
    [PartitionKey("PK")] public string Id { get; private set; } = "";

    public int Version { get; protected set; } = 1;

    public virtual string? Kind { get; init; }
}

[CdcTable("derived")]
public sealed partial class Derived : Entity
{
    public override string? Kind { get; init; } = "derived";

    public required string Name { get; set; }
}

[CdcTable("clashing")]
public sealed partial record Clashing([PartitionKey] string Key, string? Schema, string? Attributes, string? Sql);
