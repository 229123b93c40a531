// One reader and one writer a derived type, and the choice between them.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints how a value of a base type is read and written.</summary>
internal static class PolymorphicEmitter
{
    /// <summary>A method that makes the derived type that <c>item</c> says it is.</summary>
    public static void Read(CodeWriter writer, PolymorphicModel model, string header)
    {
        var discriminator = $"item[{ObjectEmitter.Ordinal(model.Ordinal)}]";
        writer.Line(header + " =>").Indented(inner =>
        {
            foreach (var derived in model.Derived.Where(static derived => derived.Value is not null))
            {
                inner.Line($"{discriminator}.TextEquals({CSharpLiteral.Of(derived.Value!)}u8) ? Read{derived.Name}(item) :");
            }

            inner.Line(model.Derived.FirstOrDefault(static derived => derived.Value is null) is { } other
                ? $"Read{other.Name}(item);"
                : $"throw {discriminator}.Error(\"The value names none of the derived types that the model knows.\");");
        });
    }

    /// <summary>An expression that says whether <c>image</c> is of one of the derived types; null where everything is.</summary>
    public static string? Matches(PolymorphicModel model) => model.Derived.Any(static derived => derived.Value is null)
        ? null
        : string.Join(" || ", model.Derived.Select(derived => $"image[{ObjectEmitter.Ordinal(model.Ordinal)}].TextEquals({CSharpLiteral.Of(derived.Value!)}u8)"));

    /// <summary>The attributes of <c>value</c>, with the discriminator. A type that the model does not know is refused: written as its base, it would lose what is its own.</summary>
    public static void Write(CodeWriter writer, PolymorphicModel model)
    {
        writer.Line("var type = value.GetType();");
        var branch = "if";
        foreach (var derived in model.Derived)
        {
            writer.Open($"{branch} (type == typeof({derived.Object.FullName}))");
            writer.Line($"Write{derived.Name}(writer, ({derived.Object.FullName})value);");
            writer.Close();
            branch = "else if";
        }

        writer.Open("else");
        writer.Line("throw new global::System.ArgumentException($\"'{type}' is none of the derived types that the model knows.\", nameof(value));");
        writer.Close();
    }

    /// <summary>The readers and writers of the derived types.</summary>
    public static void Derived(CodeWriter writer, PolymorphicModel model)
    {
        foreach (var derived in model.Derived)
        {
            var type = derived.Object.FullName;
            writer.Line();
            ObjectEmitter.Read(writer, derived.Object, $"private static {type} Read{derived.Name}(in global::TypedCdc.Decoding.ItemReader item)");
            writer.Line();
            writer.Open($"private static void Write{derived.Name}(global::System.Text.Json.Utf8JsonWriter writer, {type} value)");
            if (derived.Value is not null)
            {
                writer.Line($"writer.WritePropertyName({CSharpLiteral.Of(model.Attribute)});");
                writer.Line($"global::TypedCdc.Decoding.AttributeValueWriter.WriteString(writer, {CSharpLiteral.Of(derived.Value)});");
            }

            ObjectEmitter.WriteMembers(writer, derived.Object, except: derived.Value is null ? -1 : model.Ordinal);
            writer.Close();
        }
    }

    /// <summary>The members that need accessors, each once whatever number of derived types inherit it.</summary>
    public static IEnumerable<MemberModel> Members(ObjectModel model) => model.Polymorphic is null
        ? model.Members
        : model.Polymorphic.Derived
            .SelectMany(static derived => derived.Object.Members.Where((_, ordinal) => derived.Object.Has(ordinal)))
            .GroupBy(static member => (member.Name, member.DeclaringType))
            .Select(static same => same.FirstOrDefault(static member => member.Filling is Filling.AccessorSetter or Filling.AccessorField) ?? same.First());
}
