// The typed key, and the patterns by which members are parts of it.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints what has to do with keys.</summary>
internal static class KeyEmitter
{
    private const string Text = "global::TypedCdc.Decoding.KeyText";
    private const string Part = "global::TypedCdc.Decoding.KeyPart";

    /// <summary>The patterns, as fields of the codec: before its instance, whose attributes need them.</summary>
    public static void Patterns(CodeWriter writer, TableModel model)
    {
        foreach (var pattern in model.Patterns)
        {
            writer.Line($"""
                /// <summary><c>{ModelFile.Comment(pattern.Attribute)}</c></summary>
                internal static readonly global::TypedCdc.Decoding.KeyPattern {FieldOf(pattern.Role)} = new(
                    {ObjectEmitter.Ordinal(pattern.Source)}, {CSharpLiteral.Of(pattern.Text)}, [{string.Join(", ", pattern.Literals.Select(CSharpLiteral.Of))}], [{string.Join(", ", pattern.Parts.Select(Creation))}]);
                """).Line();
        }
    }

    /// <summary>The field of a pattern.</summary>
    public static string FieldOf(KeyRole role) => role == KeyRole.Partition ? "PartitionKeyPattern" : "SortKeyPattern";

    /// <summary>In the typed key: the keys as DynamoDB has them, where the key holds their parts.</summary>
    public static void Texts(CodeWriter writer, TableModel model)
    {
        foreach (var pattern in model.Patterns.Where(pattern => model.KeyOf(pattern.Role) < 0))
        {
            writer.Line().Line($"""
                /// <summary>The {KeyPatternParser.NameOf(pattern.Role)} as DynamoDB has it, <c>{ModelFile.Comment(pattern.Attribute)}</c>: <c>{ModelFile.Comment(pattern.Text)}</c>.</summary>
                /// <exception cref="global::System.ArgumentException">A part would be read back as another value, or not at all.</exception>
                public string {MethodOf(pattern.Role)}() => {model.Names.Codec}.{FieldOf(pattern.Role)}.Format({Arguments(model, pattern, "")});
                """);
        }
    }

    /// <summary>Writes the keys that are split into parts, and checks those that a member holds beside the parts.</summary>
    public static void Write(CodeWriter writer, TableModel model)
    {
        foreach (var pattern in model.Patterns)
        {
            if (pattern.Source < model.Members.Count)
            {
                var holder = model.Members[pattern.Source];
                var arguments = string.Concat(pattern.Parts.Select(part => ", " + TextOf(model, part, "value.")));
                writer.Line($"{FieldOf(pattern.Role)}.Check(value.{holder.Identifier}{(holder.IsDeclaredNullable ? "!" : "")}{arguments});");
            }
            else
            {
                writer.Line($"writer.WritePropertyName({CSharpLiteral.Of(pattern.Attribute)});");
                writer.Line($"global::TypedCdc.Decoding.AttributeValueWriter.WriteString(writer, {FieldOf(pattern.Role)}.Format({Arguments(model, pattern, "value.")}));");
            }
        }
    }

    private static string MethodOf(KeyRole role) => role == KeyRole.Partition ? "ToPartitionKey" : "ToSortKey";

    private static string Arguments(TableModel model, KeyPatternModel pattern, string target) => string.Join(", ", pattern.Parts.Select(part => TextOf(model, part, target)));

    private static string TextOf(TableModel model, KeyPartModel part, string target)
    {
        var member = model.Members[part.Ordinal];
        var value = target + member.Identifier;
        var width = part.Width == 0 ? "" : ", " + ObjectEmitter.Ordinal(part.Width);
        return member.Shape.Kind switch
        {
            ValueKind.Enum => $"{Text}.OfEnum({value})",
            ValueKind.EnumNumber => $"{Text}.OfEnumNumber({value}{width})",
            ValueKind.NamedEnum => $"{model.Names.Codec}.{member.Shape.Codec}.NameOf({value})",
            ValueKind.UnixSeconds or ValueKind.UnixMilliseconds => $"{Text}.Of{member.Shape.Kind}({value}{width})",
            ValueKind.Guid => $"{Text}.Of({value}{(part.Format == "N" ? ", 'N'" : "")})",
            ValueKind.DateTime or ValueKind.DateTimeOffset => $"{Text}.Of({value}{Format(part)})",
            _ => $"{Text}.Of({value}{width})",
        };
    }

    // The digits of a fraction as their number, any other format as it is.
    private static string Format(KeyPartModel part) => part.Format.Length == 0 ? "" : ", " + (part.Format[0] == 'f' ? ObjectEmitter.Ordinal(part.Format.Length) : CSharpLiteral.Of(part.Format));

    private static string Creation(KeyPartModel part)
    {
        var ordinal = ObjectEmitter.Ordinal(part.Ordinal);
        return part.Kind switch
        {
            KeyPartKind.Integer => $"{Part}.Integer<{part.TypeName}>({ordinal}{(part.Width == 0 ? "" : ", " + ObjectEmitter.Ordinal(part.Width))})",
            KeyPartKind.Guid => $"{Part}.Guid({ordinal}{(part.Format == "N" ? ", 'N'" : "")})",
            KeyPartKind.Enum => $"{Part}.Enum<{part.TypeName}>({ordinal})",
            KeyPartKind.Names => $"{Part}.Names({ordinal}{string.Concat(part.Names.Select(static name => ", " + CSharpLiteral.Of(name)))})",
            KeyPartKind.Time => $"{Part}.Time({ordinal}{Format(part)})",
            _ => $"{Part}.{part.Kind}({ordinal})",
        };
    }
}
