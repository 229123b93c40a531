// What stands inside the codec beside the item itself: models inside the model, enums with names of their own, converters.
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints the parts that several members may share.</summary>
internal static class PartsEmitter
{
    public static void Emit(CodeWriter writer, TableModel model)
    {
        foreach (var converter in model.Converters)
        {
            writer.Line().Line($"internal static readonly {converter.TypeName} {converter.Field} = new();");
        }

        foreach (var nested in model.Nested)
        {
            writer.Line();
            Nested(writer, nested);
        }

        foreach (var names in model.Enums)
        {
            writer.Line();
            Enum(writer, names);
        }
    }

    private static void Nested(CodeWriter writer, NestedModel nested)
    {
        var type = nested.Object.FullName;
        writer.Line($"/// <summary>Reads and writes {ModelFile.See(type)}, an M.</summary>");
        writer.Open($"internal static class {nested.Codec}");
        ObjectEmitter.AttributeTable(writer, nested.Object, "internal static readonly global::TypedCdc.Decoding.AttributeTable Attributes");
        writer.Line();
        writer.Open($"internal static {type} Read(global::TypedCdc.Decoding.AttributeValueReader value)");
        writer.Line($"global::System.Span<global::TypedCdc.Decoding.AttributeSlot> slots = stackalloc global::TypedCdc.Decoding.AttributeSlot[{ObjectEmitter.Ordinal(nested.Object.Members.Count)}];");
        writer.Line("return Read(value.ReadMap(Attributes, slots));");
        writer.Close();
        writer.Line();
        ObjectEmitter.Read(writer, nested.Object, $"private static {type} Read(in global::TypedCdc.Decoding.ItemReader item)");
        writer.Line();
        writer.Open($"internal static void Write(global::System.Text.Json.Utf8JsonWriter writer, {type} value)");
        writer.Line("writer.WriteStartObject();");
        writer.Line("writer.WriteStartObject(\"M\");");
        ObjectEmitter.WriteMembers(writer, nested.Object);
        writer.Line("writer.WriteEndObject();");
        writer.Line("writer.WriteEndObject();");
        writer.Close();
        if (nested.Object.Polymorphic is { } polymorphic)
        {
            PolymorphicEmitter.Derived(writer, polymorphic);
        }

        ObjectEmitter.Accessors(writer, nested.Object);
        writer.Line();
        ObjectEmitter.Slots(writer, nested.Object);
        writer.Close();
    }

    private static void Enum(CodeWriter writer, EnumModel model)
    {
        writer.Line($"/// <summary>The names of {ModelFile.See(model.TypeName)} in DynamoDB.</summary>");
        writer.Open($"internal static class {model.Codec}");
        writer.Line($"internal static {model.TypeName} Read(global::TypedCdc.Decoding.AttributeValueReader value) =>").Indented(inner =>
        {
            foreach (var name in model.Names)
            {
                inner.Line($"value.TextEquals({CSharpLiteral.Of(name.Name)}u8) ? {model.TypeName}.{name.Member} :");
            }

            inner.Line($"value.GetEnum<{model.TypeName}>({ValueExpressions.Fallback(model.TypeName, model.Fallback)});");
        });
        writer.Line();
        writer.Open($"internal static string NameOf({model.TypeName} value) => value switch");
        foreach (var name in model.Names.Where(static name => !name.IsAlias))
        {
            writer.Line($"{model.TypeName}.{name.Member} => {CSharpLiteral.Of(name.Name)},");
        }

        writer.Line("_ => value.ToString(),");
        writer.Close(";");
        writer.Line();
        writer.Line($"internal static void Write(global::System.Text.Json.Utf8JsonWriter writer, {model.TypeName} value) => global::TypedCdc.Decoding.AttributeValueWriter.WriteString(writer, NameOf(value));");
        writer.Close();
    }
}
