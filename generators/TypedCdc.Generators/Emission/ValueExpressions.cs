// How each kind of value is read and written: the names of the runtime's getters and writers.
using System;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Emission;

/// <summary>Expressions over the runtime's readers and writers.</summary>
internal static class ValueExpressions
{
    private const string Writer = "global::TypedCdc.Decoding.AttributeValueWriter";

    /// <summary>Reads a value that is there.</summary>
    /// <param name="shape">What it is.</param>
    /// <param name="reader">An expression of type <c>AttributeValueReader</c>.</param>
    public static string Read(ValueShape shape, string reader) => shape.Kind switch
    {
        ValueKind.String => $"{reader}.GetString()",
        ValueKind.Boolean => $"{reader}.GetBoolean()",
        ValueKind.Integer => $"{reader}.GetInteger<{shape.TypeName}>()",
        ValueKind.Decimal => $"{reader}.GetDecimal()",
        ValueKind.Double => $"{reader}.GetDouble()",
        ValueKind.Single => $"{reader}.GetSingle()",
        ValueKind.Bytes => $"{reader}.GetBytes()",
        ValueKind.Guid => $"{reader}.GetGuid()",
        ValueKind.DateTimeOffset => $"{reader}.GetDateTimeOffset()",
        ValueKind.Enum => $"{reader}.GetEnum<{shape.TypeName}>()",
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    /// <summary>Writes a value that is not null, as a statement.</summary>
    /// <param name="shape">What it is.</param>
    /// <param name="value">An expression of the shape's type.</param>
    public static string Write(ValueShape shape, string value) => shape.Kind switch
    {
        ValueKind.String => $"{Writer}.WriteString(writer, {value});",
        ValueKind.Boolean => $"{Writer}.WriteBoolean(writer, {value});",
        ValueKind.Integer => $"{Writer}.WriteInteger(writer, {value});",
        ValueKind.Decimal => $"{Writer}.WriteDecimal(writer, {value});",
        ValueKind.Double => $"{Writer}.WriteDouble(writer, {value});",
        ValueKind.Single => $"{Writer}.WriteSingle(writer, {value});",
        ValueKind.Bytes => $"{Writer}.WriteBytes(writer, {value});",
        ValueKind.Guid => $"{Writer}.WriteGuid(writer, {value});",
        ValueKind.DateTimeOffset => $"{Writer}.WriteDateTimeOffset(writer, {value});",
        ValueKind.Enum => $"{Writer}.WriteEnum(writer, {value});",
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };
}
