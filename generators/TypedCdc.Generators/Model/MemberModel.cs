// One mapped member of a model: from which attribute it comes and how it gets its value.
namespace TypedCdc.Generators.Model;

/// <summary>How a member gets its value.</summary>
internal enum Filling
{
    /// <summary>As an argument of the constructor.</summary>
    Constructor,

    /// <summary>In the object initializer: always set, because nothing of the user's would be lost.</summary>
    Initializer,

    /// <summary>By its setter, and only when the attribute is there, so that the member's own initializer stays otherwise.</summary>
    Setter,

    /// <summary>As <see cref="Setter"/>, but the setter is init-only or out of reach: called through UnsafeAccessor.</summary>
    AccessorSetter,

    /// <summary>As <see cref="AccessorSetter"/>, for a field.</summary>
    AccessorField,
}

/// <summary>Whether the member is part of the key.</summary>
internal enum KeyRole
{
    None,
    Partition,
    Sort,
}

/// <summary>A mapped member.</summary>
internal sealed record MemberModel
{
    /// <summary>The member's name as metadata has it.</summary>
    public required string Name { get; init; }

    /// <summary>The member's name as C# writes it: <c>@class</c>.</summary>
    public required string Identifier { get; init; }

    public required string AttributeName { get; init; }

    public required string ColumnName { get; init; }

    /// <summary>The column's name was given by <c>[CdcColumn]</c>: no convention changes it.</summary>
    public bool IsColumnNameGiven { get; init; }

    /// <summary>The SQL column beyond its name.</summary>
    public required ColumnModel Column { get; init; }

    public required ValueShape Shape { get; init; }

    public required Filling Filling { get; init; }

    public KeyRole Key { get; init; }

    /// <summary>The member has no attribute of its own: its value is a part of the key, whose attribute's name it bears.</summary>
    public bool IsKeyPart { get; init; }

    /// <summary>The member can hold null.</summary>
    public bool IsNullable { get; init; }

    /// <summary>The declared type can hold null, which for a key is never used.</summary>
    public bool IsDeclaredNullable { get; init; }

    /// <summary>Absent is an error: a key, a <c>required</c> member, a non-nullable reference that nothing else fills.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The member is public, and so shown by the view.</summary>
    public bool IsPublic { get; init; }

    /// <summary>The member can be read, and so be written to an item.</summary>
    public bool CanRead { get; init; }

    /// <summary>What an absent attribute gives to a constructor's parameter, as C#; null where absent is an error.</summary>
    public string? DefaultValue { get; init; }

    /// <summary>The type that declares the member, for accessors.</summary>
    public required string DeclaringType { get; init; }

    /// <summary>The declaring type is a struct, so that accessors take it by reference.</summary>
    public bool IsDeclaredInStruct { get; init; }
}
