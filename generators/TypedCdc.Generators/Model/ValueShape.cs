// How one C# type is read from and written to an attribute value. The parser decides it, so that the emitter only prints.
using TypedCdc.Sql;

namespace TypedCdc.Generators.Model;

/// <summary>A family of C# types that are read by the same getter.</summary>
internal enum ValueKind
{
    String,
    Boolean,
    Integer,
    Decimal,
    Double,
    Single,
    Bytes,
    Guid,
    DateTimeOffset,
    Enum,
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

    /// <summary>Whether DynamoDB takes it in a key: S, N or B.</summary>
    public bool CanBeKey => (Kinds & (AttributeKinds.S | AttributeKinds.N | AttributeKinds.B)) != 0;
}
