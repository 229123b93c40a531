// What is read from one map of attributes: the item itself, or a nested model.
using System.Linq;

namespace TypedCdc.Generators.Model;

/// <summary>A type that is made from a map of attributes.</summary>
internal sealed record ObjectModel
{
    /// <summary>The name with <c>global::</c>.</summary>
    public required string FullName { get; init; }

    /// <summary>In the model's order; the index is the ordinal.</summary>
    public required EquatableArray<MemberModel> Members { get; init; }

    /// <summary>The ordinals of those members that this type has, where <see cref="Members"/> are those of all types derived from its base; null for all.</summary>
    public EquatableArray<int>? Own { get; init; }

    /// <summary>The derived types of which a value is one; null where it is of this very type.</summary>
    public PolymorphicModel? Polymorphic { get; init; }

    /// <summary>Whether the type has a member.</summary>
    public bool Has(int ordinal) => Own is not { } own || own.Contains(ordinal);

    /// <summary>The members that the constructor takes, with the parameters' names, in its order.</summary>
    public required EquatableArray<ConstructorArgument> Constructor { get; init; }
}

/// <summary>An argument of the constructor.</summary>
/// <param name="Ordinal">The member that gives the value.</param>
/// <param name="Parameter">The parameter's name as C# writes it.</param>
internal sealed record ConstructorArgument(int Ordinal, string Parameter);

/// <summary>A model inside the model.</summary>
/// <param name="Codec">The generated class that reads and writes it.</param>
/// <param name="Object">The type.</param>
internal sealed record NestedModel(string Codec, ObjectModel Object);

/// <summary>An enum whose members have names of their own.</summary>
/// <param name="Codec">The generated class that reads and writes it.</param>
/// <param name="TypeName">The enum.</param>
/// <param name="Names">The names that differ from the member's.</param>
/// <param name="Fallback">The member that unknown names become; null where they are an error.</param>
internal sealed record EnumModel(string Codec, string TypeName, EquatableArray<EnumName> Names, string? Fallback);

/// <summary>The name of one member of an enum.</summary>
/// <param name="Member">The member as C# writes it.</param>
/// <param name="Name">The name in DynamoDB.</param>
/// <param name="IsAlias">Another member of the same value comes before, whose name is written.</param>
internal sealed record EnumName(string Member, string Name, bool IsAlias);

/// <summary>A converter that the model uses.</summary>
/// <param name="Field">The field that holds it.</param>
/// <param name="TypeName">Its type.</param>
internal sealed record ConverterModel(string Field, string TypeName);
