namespace TypedCdc.Models.Tests.Models.Zoo;

/// <summary>Items of one of several derived types, with maps inside them that are so too.</summary>
[CdcTable("animals", Discriminator = "type")]
[CdcDerivedType(typeof(Dog), "dog")]
[CdcDerivedType(typeof(Cat), "cat")]
public abstract partial record Animal
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    [CdcAttribute("name")]
    public string? Name { get; init; }

    [CdcAttribute("home")]
    public Place? Home { get; init; }

    [CdcAttribute("places")]
    public List<Place> Places { get; init; } = [];
}

public sealed record Dog : Animal
{
    [CdcAttribute("breed")]
    public required string Breed { get; init; }

    [CdcAttribute("age")]
    public int Age { get; init; } = 7;
}

public sealed record Cat([property: CdcAttribute("lives")] int Lives) : Animal
{
    [CdcAttribute("breed")]
    public required string Breed { get; init; }
}

/// <summary>A map of one of several types; the base is one itself.</summary>
[CdcDiscriminator("kind")]
[CdcDerivedType(typeof(House), "house")]
[CdcDerivedType(typeof(Kennel))]
public record Place
{
    [CdcAttribute("city")]
    public string? City { get; init; }
}

public sealed record House : Place
{
    [CdcAttribute("rooms")]
    public int Rooms { get; init; }
}

public sealed record Kennel : Place
{
    [CdcAttribute("inner")]
    public Place? Inner { get; init; }
}

/// <summary>Maps of one of several types by name, and a list of them, whatever their common type is.</summary>
[CdcTable("parks")]
public sealed partial record Park([PartitionKey] string Id, Dictionary<string, Place> Places, IReadOnlyList<IShape> Beds);

[CdcDerivedType(typeof(Circle), "circle")]
[CdcDerivedType(typeof(Square), "square")]
public interface IShape;

public sealed record Circle([property: CdcAttribute("radius")] double Radius) : IShape;

public readonly record struct Square([property: CdcAttribute("side")] decimal Side) : IShape;
