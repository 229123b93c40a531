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
        ValueKind.Integer => $"{reader}.GetInteger<{shape.TypeName}>()",
        ValueKind.Enum => $"{reader}.GetEnum<{shape.TypeName}>({Fallback(shape.TypeName, shape.Enum?.Fallback)})",
        ValueKind.EnumNumber => $"{reader}.GetEnumNumber<{shape.TypeName}>()",
        ValueKind.NamedEnum or ValueKind.Nested or ValueKind.Converted => $"{shape.Codec}.Read({reader})",
        ValueKind.Memory => $"{reader}.GetBytes()",
        ValueKind.JsonNode => $"{reader}.GetJsonNode()!",
        ValueKind.UnixSeconds or ValueKind.UnixMilliseconds => $"{reader}.Get{shape.Kind}(){(shape.IsDateTime ? ".UtcDateTime" : "")}",
        _ when shape.Element is { } element => $"{reader}.Get{shape.Kind}<{element.TypeName}{(shape.IsElementNullable ? "?" : "")}>({ElementReader(shape, element)})",
        _ => $"{reader}.Get{shape.Kind}()",
    };

    /// <summary>The most frequent kinds, which are read straight from their slots.</summary>
    public static bool IsReadFromSlot(ValueShape shape) => shape.Kind is ValueKind.Integer or ValueKind.String or ValueKind.Decimal or ValueKind.Double or ValueKind.Boolean;

    /// <summary>Reads a value that exists, of such a kind.</summary>
    /// <param name="shape">What it is.</param>
    /// <param name="owner">An expression that has the getters: <c>item</c>, or the runtime's <c>SlotReader</c>.</param>
    /// <param name="arguments">What the getter is given.</param>
    public static string ReadSlot(ValueShape shape, string owner, string arguments) =>
        $"{owner}.Get{shape.Kind}{(shape.Kind == ValueKind.Integer ? $"<{shape.TypeName}>" : "")}({arguments})";

    /// <summary>The member that an unknown name becomes; nothing where that is an error.</summary>
    public static string Fallback(string enumType, string? member) => member is null ? "" : $"{enumType}.{Parsing.ModelShape.IdentifierOf(member)}";

    /// <summary>Reads a value that may be null.</summary>
    /// <param name="shape">What it is.</param>
    /// <param name="reader">An expression of type <c>AttributeValueReader</c>.</param>
    public static string ReadNullable(ValueShape shape, string reader) => $"{reader}.IsNull ? {NullOf(shape)} : {Read(shape, reader)}";

    /// <summary>
    /// Null beside a value in a conditional expression. A struct may have a conversion of its own that takes null, as ReadOnlyMemory has from an array, and null would become an
    /// empty value.
    /// </summary>
    public static string NullOf(ValueShape shape) => shape is { IsValueType: true, Kind: ValueKind.Memory or ValueKind.Nested or ValueKind.Converted } ? $"default({shape.TypeName}?)" : "null";

    /// <summary>Writes a value that is not null, as an expression.</summary>
    /// <param name="shape">What it is.</param>
    /// <param name="value">An expression of the shape's type.</param>
    public static string Write(ValueShape shape, string value) => shape.Kind switch
    {
        ValueKind.NamedEnum or ValueKind.Nested or ValueKind.Converted => $"{shape.Codec}.Write(writer, {value})",
        ValueKind.Memory => $"{Writer}.WriteBytes(writer, {value}.Span)",
        ValueKind.List or ValueKind.Array or ValueKind.ImmutableArray or ValueKind.ImmutableList => $"{Writer}.WriteList(writer, {value}, {ElementWriter(shape)})",
        ValueKind.Set or ValueKind.SortedSet or ValueKind.ImmutableSet =>
            $"{Writer}.WriteSet(writer, global::TypedCdc.AttributeKind.{shape.Kinds}, {value}, {ElementWriter(shape)})",
        ValueKind.Dictionary or ValueKind.SortedDictionary or ValueKind.ImmutableDictionary => $"{Writer}.WriteMap(writer, {value}, {ElementWriter(shape)})",
        ValueKind.OverflowMap => $"{value}.WriteTo(writer)",
        ValueKind.BooleanOrNumber => $"{Writer}.WriteBoolean(writer, {value})",
        _ => $"{Writer}.Write{shape.Kind}(writer, {value})",
    };

    private static string ElementReader(ValueShape shape, ValueShape element)
    {
        if (!shape.IsElementNullable && element.Kind is ValueKind.NamedEnum or ValueKind.Nested)
        {
            return $"{element.Codec}.Read";
        }

        return $"static value => {(shape.IsElementNullable ? ReadNullable(element, "value") : Read(element, "value"))}";
    }

    private static string ElementWriter(ValueShape shape)
    {
        var element = shape.Element ?? throw new ArgumentException("Only a collection has elements.", nameof(shape));
        var value = !shape.IsElementNullable ? "value" : element.IsValueType ? "value.GetValueOrDefault()" : "value!";
        return element.Kind == ValueKind.BooleanOrNumber && shape.Kind is ValueKind.Set or ValueKind.SortedSet or ValueKind.ImmutableSet
            ? $"static (writer, value) => {Writer}.WriteBooleanNumber(writer, {value})"
            : $"static (writer, value) => {Write(element, value)}";
    }
}
