// What items and the models inside them have in common: a table of attributes, a type made from them, the type written back.
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints how one type is read and written.</summary>
internal static class ObjectEmitter
{
    /// <summary>The attributes, as the scanner looks for them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="model">The type.</param>
    /// <param name="declaration">What holds the table.</param>
    /// <param name="hidden">Attributes that no member has but that must be found.</param>
    /// <param name="patterns">The fields of key patterns.</param>
    public static void AttributeTable(
        CodeWriter writer, ObjectModel model, string declaration, IEnumerable<HiddenAttribute>? hidden = null, IEnumerable<string>? patterns = null)
    {
        var fields = string.Join(", ", patterns ?? []);
        writer.Line($"{declaration} = new(").Line("[");
        writer.Indented(inner =>
        {
            foreach (var member in model.Members)
            {
                var kinds = member.IsNullable ? member.Shape.Kinds | AttributeKinds.NULL : member.Shape.Kinds;
                inner.Line($"new({CSharpLiteral.Of(member.AttributeName)}, {Kinds(kinds)}, {(member.IsRequired ? "true" : "false")}, {CSharpLiteral.Of(member.Shape.Expected)}{(member.IsKeyPart ? ", IsKeyPart: true" : "")}),");
            }

            foreach (var one in hidden ?? [])
            {
                inner.Line($"new({CSharpLiteral.Of(one.Name)}, {Kinds(one.Kinds)}, {(one.IsRequired ? "true" : "false")}, {CSharpLiteral.Of(one.Expected)}), // {one.About}");
            }
        }).Line(fields.Length == 0 ? "]);" : $"],\n[{fields}]);");
    }

    /// <summary>A method that makes the type from <c>item</c>.</summary>
    public static void Read(CodeWriter writer, ObjectModel model, string header)
    {
        if (model.Polymorphic is { } polymorphic)
        {
            PolymorphicEmitter.Read(writer, polymorphic, header);
            return;
        }

        var afterwards = Ordinals(model, static member => member.Filling is Filling.Setter or Filling.AccessorSetter or Filling.AccessorField).ToList();
        if (afterwards.Count == 0)
        {
            Creation(writer, model, header + " => new");
            return;
        }

        writer.Open(header);
        Creation(writer, model, $"var model = new {model.FullName}");
        foreach (var ordinal in afterwards)
        {
            var member = model.Members[ordinal];
            var value = Value(member, ordinal);
            writer.Open($"if ({Has(member, ordinal)})");
            writer.Line(member.Filling switch
            {
                Filling.AccessorSetter => $"{Accessor(member)}({Self(member)}model, {value});",
                Filling.AccessorField => $"{Accessor(member)}({Self(member)}model) = {value};",
                _ => $"model.{member.Identifier} = {value};",
            });
            writer.Close();
        }

        writer.Line().Line("return model;");
        writer.Close();
    }

    /// <summary>The attributes of <c>value</c>. Null is written as an absent attribute where that reads back as null.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="model">The type.</param>
    /// <param name="except">The ordinal of a member that is written already; -1 for none.</param>
    public static void WriteMembers(CodeWriter writer, ObjectModel model, int except = -1)
    {
        if (model.Polymorphic is { } polymorphic)
        {
            PolymorphicEmitter.Write(writer, polymorphic);
            return;
        }

        foreach (var member in model.Members.Where((member, ordinal) => member is { CanRead: true, IsKeyPart: false } && ordinal != except && model.Has(ordinal)))
        {
            var value = $"value.{member.Identifier}";
            if (Condition(member, value) is { } condition)
            {
                writer.Open($"if ({condition})");
                WriteMember(writer, member, member.IsDeclaredNullable && member.Shape.IsValueType ? value + ".Value" : value);
                writer.Close();
                if (KeepsValue(member))
                {
                    writer.Open("else");
                    writer.Line($"writer.WritePropertyName({CSharpLiteral.Of(member.AttributeName)});");
                    writer.Line("global::TypedCdc.Decoding.AttributeValueWriter.WriteNull(writer);");
                    writer.Close();
                }
            }
            else
            {
                WriteMember(writer, member, value);
            }
        }
    }

    // Absent would leave what the member begins with, or be an error where the member is required, so null must be said.
    private static bool KeepsValue(MemberModel member) => member.IsNullable && member.Shape is not { IsOverflow: true }
        && (member.Filling is Filling.Setter or Filling.AccessorSetter or Filling.AccessorField || member.DefaultValue is not null || member.IsRequired);

    /// <summary>The setters that C# does not let generated code call.</summary>
    public static void Accessors(CodeWriter writer, ObjectModel model)
    {
        foreach (var member in PolymorphicEmitter.Members(model))
        {
            var type = member.Shape.TypeName + (member.IsDeclaredNullable ? "?" : "");
            var self = $"{(member.IsDeclaredInStruct ? "ref " : "")}{member.DeclaringType} self";
            switch (member.Filling)
            {
                case Filling.AccessorSetter:
                    writer.Line().Line($"""
                        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = "set_{member.Name}")]
                        private static extern void {Accessor(member)}({self}, {type} value);
                        """);
                    break;
                case Filling.AccessorField:
                    writer.Line().Line($"""
                        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = "{member.Name}")]
                        private static extern ref {type} {Accessor(member)}({self});
                        """);
                    break;
            }
        }
    }

    /// <summary>Where a view keeps what the scanner found.</summary>
    public static void Slots(CodeWriter writer, ObjectModel model)
    {
        writer.Line($"[global::System.Runtime.CompilerServices.InlineArray({Ordinal(model.Members.Count)})]");
        writer.Open("internal struct Slots");
        writer.Line("private global::TypedCdc.Decoding.AttributeSlot _slot;");
        writer.Close();
    }

    /// <summary>Kinds as C#.</summary>
    public static string Kinds(AttributeKinds kinds) => "global::TypedCdc.AttributeKind." + kinds.ToString().Replace(", ", " | global::TypedCdc.AttributeKind.");

    public static string Ordinal(int ordinal) => ordinal.ToString(CultureInfo.InvariantCulture);

    private static void Creation(CodeWriter writer, ObjectModel model, string header)
    {
        var initialized = Ordinals(model, static member => member.Filling == Filling.Initializer).ToList();
        var end = initialized.Count == 0 ? ";" : "";
        if (model.Constructor.Count == 0)
        {
            writer.Line(header + (end.Length == 0 && !header.EndsWith("new", System.StringComparison.Ordinal) ? "" : "()") + end);
        }
        else
        {
            writer.Line(header + "(");
            writer.Indented(inner =>
            {
                for (var i = 0; i < model.Constructor.Count; i++)
                {
                    var argument = model.Constructor[i];
                    inner.Line($"{argument.Parameter}: {ValueOrDefault(model.Members[argument.Ordinal], argument.Ordinal)}{(i + 1 < model.Constructor.Count ? "," : ")" + end)}");
                }
            });
        }

        if (initialized.Count > 0)
        {
            writer.Open();
            foreach (var ordinal in initialized)
            {
                writer.Line($"{model.Members[ordinal].Identifier} = {ValueOrDefault(model.Members[ordinal], ordinal)},");
            }

            writer.Close(";");
        }
    }

    // Absent: an error where required (the reader throws), null where that is a value, else the parameter's or the type's default.
    private static string ValueOrDefault(MemberModel member, int ordinal)
    {
        var value = Value(member, ordinal);
        if (member.Shape is not { IsOverflow: true } && (member.DefaultValue is not null || (!member.IsNullable && !member.IsRequired)))
        {
            return $"{Has(member, ordinal)} ? {(member.IsNullable ? $"({value})" : value)} : {member.DefaultValue ?? "default"}";
        }

        return value;
    }

    private static string Value(MemberModel member, int ordinal)
    {
        if (member.Shape.IsOverflow)
        {
            return member.Shape.Kind == ValueKind.OverflowMap ? "item.GetUnmapped()" : "item.GetOverflow()";
        }

        if (ValueExpressions.IsReadFromSlot(member.Shape))
        {
            var value = ValueExpressions.ReadSlot(member.Shape, "item", Ordinal(ordinal));
            return member.IsNullable ? $"item.IsNull({Ordinal(ordinal)}) ? {ValueExpressions.NullOf(member.Shape)} : {value}" : value;
        }

        var reader = $"item[{Ordinal(ordinal)}]";
        return member.IsNullable ? ValueExpressions.ReadNullable(member.Shape, reader) : ValueExpressions.Read(member.Shape, reader);
    }

    private static string Has(MemberModel member, int ordinal) => member.Shape.IsOverflow ? "item.HasUnmapped" : $"item.Has({Ordinal(ordinal)})";

    private static string? Condition(MemberModel member, string value) =>
        member.IsDeclaredNullable ? $"{value} is not null"
        : member.Shape.Kind == ValueKind.ImmutableArray ? $"!{value}.IsDefault"
        : null;

    private static void WriteMember(CodeWriter writer, MemberModel member, string value)
    {
        if (member.Shape is not { IsOverflow: true })
        {
            writer.Line($"writer.WritePropertyName({CSharpLiteral.Of(member.AttributeName)});");
        }

        writer.Line(ValueExpressions.Write(member.Shape, value) + ";");
    }

    private static IEnumerable<int> Ordinals(ObjectModel model, System.Func<MemberModel, bool> predicate) =>
        Enumerable.Range(0, model.Members.Count).Where(i => model.Has(i) && predicate(model.Members[i]));

    private static string Accessor(MemberModel member) => (member.Filling == Filling.AccessorSetter ? "Set" : "FieldOf") + member.Name;

    private static string Self(MemberModel member) => member.IsDeclaredInStruct ? "ref " : "";
}
