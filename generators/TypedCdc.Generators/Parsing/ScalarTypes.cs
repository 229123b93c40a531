// What a member can hold of an attribute's values, for the schema: the names of TypedCdc.Schema.ScalarType.
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>Names the scalar that a shape is.</summary>
internal static class ScalarTypes
{
    /// <summary>The member of <c>TypedCdc.Schema.ScalarType</c>; null for <c>Any</c>.</summary>
    public static string? Of(ValueShape shape) => shape.Kind switch
    {
        ValueKind.String => "String",
        ValueKind.Char => "Char",
        ValueKind.Uri => "Uri",
        ValueKind.Boolean => "Boolean",
        ValueKind.Integer => OfInteger(shape.TypeName),
        ValueKind.EnumNumber => OfInteger(shape.EnumUnderlyingType ?? ""),
        ValueKind.Enum or ValueKind.NamedEnum => "EnumName",
        ValueKind.Decimal => "Decimal",
        ValueKind.Half => "Half",
        ValueKind.Single => "Single",
        ValueKind.Double => "Double",
        ValueKind.Number => "Number",
        ValueKind.Bytes or ValueKind.Memory or ValueKind.MemoryStream => "Binary",
        ValueKind.Guid => "Guid",
        ValueKind.DateTimeOffset or ValueKind.DateTime or ValueKind.UnixSeconds or ValueKind.UnixMilliseconds => "Timestamp",
        ValueKind.DateOnly => "Date",
        ValueKind.TimeOnly => "Time",
        ValueKind.TimeSpan => "Interval",
        _ => null,
    };

    private static string? OfInteger(string typeName) => typeName switch
    {
        "sbyte" => "SByte",
        "byte" => "Byte",
        "short" => "Int16",
        "ushort" => "UInt16",
        "int" => "Int32",
        "uint" => "UInt32",
        "long" => "Int64",
        "ulong" => "UInt64",
        "global::System.Int128" => "Int128",
        "global::System.UInt128" => "UInt128",
        "global::System.Numerics.BigInteger" => "BigInteger",
        _ => null,
    };
}
