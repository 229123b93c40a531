// A type whose values are of one of several derived types: which one, an attribute says.
namespace TypedCdc.Generators.Model;

/// <summary>The derived types, and how they are told apart. The attributes of all of them are the base's members, so that one scan finds whatever comes.</summary>
/// <param name="Attribute">The discriminator.</param>
/// <param name="Ordinal">The member that has it.</param>
/// <param name="Derived">The types.</param>
internal sealed record PolymorphicModel(string Attribute, int Ordinal, EquatableArray<DerivedModel> Derived);

/// <summary>A derived type.</summary>
/// <param name="Name">What its reader and writer are named after.</param>
/// <param name="Value">The value of the discriminator; null for the base itself, which all other items are.</param>
/// <param name="Object">How it is made. Its members are the base's, by ordinal; its own are those that it has.</param>
internal sealed record DerivedModel(string Name, string? Value, ObjectModel Object);
