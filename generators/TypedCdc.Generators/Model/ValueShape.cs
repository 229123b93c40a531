// How one C# type is read from and written to an attribute value. The parser decides it, so that the emitter only prints.
using TypedCdc.Sql;

namespace TypedCdc.Generators.Model;

/// <summary>A family of C# types that are read by the same getter.</summary>
internal enum ValueKind
{
    String,
    Char,
    Uri,
    Boolean,
    BooleanOrNumber,
    Integer,
    Decimal,
    Double,
    Single,
    Half,
    Number,
    Bytes,
    Memory,
    MemoryStream,
    Guid,
    DateTimeOffset,
    DateTime,
    DateOnly,
    TimeOnly,
    TimeSpan,
    UnixSeconds,
    UnixMilliseconds,
    Enum,
    EnumNumber,
    NamedEnum,
    JsonElement,
    JsonNode,
    List,
    Array,
    ImmutableArray,
    ImmutableList,
    Set,
    SortedSet,
    ImmutableSet,
    Dictionary,
    SortedDictionary,
    ImmutableDictionary,
    Nested,
    Converted,
    Overflow,
    OverflowMap,
}

/// <summary>A C# type as an attribute value.</summary>
internal sealed record ValueShape
{
    public required ValueKind Kind { get; init; }

    /// <summary>The type as generated code names it, with <c>global::</c> and without <c>?</c>.</summary>
    public required string TypeName { get; init; }

    /// <summary>The type as messages name it: <c>long</c>, <c>Guid</c>.</summary>
    public required string DisplayName { get; init; }

    public required bool IsValueType { get; init; }

    /// <summary>The kinds that it is read from, without NULL.</summary>
    public required AttributeKinds Kinds { get; init; }

    public required SqlColumnType Column { get; init; }

    /// <summary>What an error says was expected: <c>an N that fits long</c>.</summary>
    public required string Expected { get; init; }

    /// <summary>The member of <c>AttributeEncoding</c> that the schema names; null for the default.</summary>
    public string? Encoding { get; init; }

    /// <summary>What a collection holds; a dictionary's values.</summary>
    public ValueShape? Element { get; init; }

    /// <summary>An element may be null.</summary>
    public bool IsElementNullable { get; init; }

    /// <summary>The generated class that reads and writes it (nested models, enums with names of their own), or the field of the converter.</summary>
    public string? Codec { get; init; }

    /// <summary>The names of an enum that stands by name.</summary>
    public EnumSchemaModel? Enum { get; init; }

    /// <summary>The integer under an enum that stands by number.</summary>
    public string? EnumUnderlyingType { get; init; }

    /// <summary>A <c>DateTime</c> where the getter gives a <c>DateTimeOffset</c>.</summary>
    public bool IsDateTime { get; init; }

    /// <summary>Whether DynamoDB takes it in a key: S, N or B.</summary>
    public bool CanBeKey => Kinds is AttributeKinds.S or AttributeKinds.N or AttributeKinds.B;

    /// <summary>Everything that no member maps.</summary>
    public bool IsOverflow => Kind is ValueKind.Overflow or ValueKind.OverflowMap;

    /// <summary>Equal by content only where generated code compares it so.</summary>
    public bool IsBytes => Kind is ValueKind.Bytes or ValueKind.Memory or ValueKind.MemoryStream;
}
