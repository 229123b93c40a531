// The nested CdcModel<T>: what turns an item into the model and back.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints the decoder and encoder of a model.</summary>
internal static class CodecEmitter
{
    public static void Emit(CodeWriter writer, TableModel model)
    {
        var codec = model.Names.Codec;
        writer.Line($"""
            /// <summary>Reads and writes items. Registered when the assembly loads.</summary>
            {ModelFile.Hidden}
            {ModelFile.GeneratedCode}
            """);
        writer.Open($"internal sealed class {codec} : global::TypedCdc.CdcModel<{model.FullName}>");
        writer.Line($"internal static readonly {codec} Instance = new();").Line();
        AttributeTable(writer, model);
        writer.Line();
        Schema(writer, model);
        writer.Line();
        Read(writer, model);
        writer.Line();
        writer.Line($"""
            public override object ReadKey(in global::TypedCdc.Decoding.ItemReader keys) => new {model.FullName}.{model.Names.Key}({KeyArguments(model)});
            """);
        writer.Line();
        Write(writer, model);
        writer.Line();
        writer.Line($"""
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            internal static void Register() => global::TypedCdc.CdcModel.Register(Instance);
            """);
        Accessors(writer, model);
        writer.Close();
    }

    private static void AttributeTable(CodeWriter writer, TableModel model)
    {
        writer.Line("public override global::TypedCdc.Decoding.AttributeTable Attributes { get; } = new(").Line("[");
        writer.Indented(inner =>
        {
            for (var i = 0; i < model.Members.Count; i++)
            {
                var member = model.Members[i];
                var kinds = member.IsNullable ? member.Shape.Kinds | AttributeKinds.NULL : member.Shape.Kinds;
                inner.Line($"new({CSharpLiteral.Of(member.AttributeName)}, {Kinds(kinds)}, {Bool(member.IsRequired)}, {CSharpLiteral.Of(member.Shape.Expected)}),");
            }
        }).Line("]);");
    }

    private static void Schema(CodeWriter writer, TableModel model)
    {
        writer.Open("public override global::TypedCdc.TableSchema Schema { get; } = new()");
        writer.Line($"TableName = {CSharpLiteral.Of(model.TableName)},");
        writer.Line($"SqlName = {CSharpLiteral.Of(model.SqlName)},");
        if (model.SqlSchema is not null)
        {
            writer.Line($"SqlSchema = {CSharpLiteral.Of(model.SqlSchema)},");
        }

        writer.Line("Attributes =").Line("[").Indented(inner =>
        {
            foreach (var member in model.Members)
            {
                inner.Line(
                    $"new() {{ Name = {CSharpLiteral.Of(member.AttributeName)}, MemberName = {CSharpLiteral.Of(member.Name)}, Kinds = {Kinds(member.Shape.Kinds)}, "
                    + (member.IsRequired ? "IsRequired = true, " : "") + (member.IsNullable ? "IsNullable = true, " : "")
                    + $"ColumnName = {CSharpLiteral.Of(member.ColumnName)}, ColumnType = global::TypedCdc.ColumnType.{member.Shape.Column} }},");
            }
        }).Line("],");
        writer.Line($"PartitionKey = {Ordinal(model.PartitionKey)},");
        if (model.SortKey >= 0)
        {
            writer.Line($"SortKey = {Ordinal(model.SortKey)},");
        }

        writer.Line($"Revision = {CSharpLiteral.Of(model.Revision)},");
        writer.Close(";");
    }

    private static void Read(CodeWriter writer, TableModel model)
    {
        var afterwards = Ordinals(model, static member => member.Filling is Filling.Setter or Filling.AccessorSetter or Filling.AccessorField).ToList();
        var header = $"public override {model.FullName} Read(in global::TypedCdc.Decoding.ItemReader item)";
        if (afterwards.Count == 0)
        {
            Creation(writer, model, header + " => new", ";");
            return;
        }

        writer.Open(header);
        Creation(writer, model, $"var model = new {model.FullName}", ";");
        foreach (var ordinal in afterwards)
        {
            var member = model.Members[ordinal];
            var value = Value(member, ordinal);
            writer.Open($"if (item.Has({Ordinal(ordinal)}))");
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

    private static void Creation(CodeWriter writer, TableModel model, string header, string behind)
    {
        var initialized = Ordinals(model, static member => member.Filling == Filling.Initializer).ToList();
        if (model.Constructor.Count == 0)
        {
            writer.Line(header + "()" + (initialized.Count == 0 ? behind : ""));
        }
        else
        {
            writer.Line(header + "(");
            writer.Indented(inner =>
            {
                for (var i = 0; i < model.Constructor.Count; i++)
                {
                    var argument = model.Constructor[i];
                    var isLast = i + 1 == model.Constructor.Count;
                    inner.Line($"{argument.Parameter}: {ValueOrDefault(model.Members[argument.Ordinal], argument.Ordinal)}{(isLast ? ")" : ",")}{(isLast && initialized.Count == 0 ? behind : "")}");
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

            writer.Close(behind);
        }
    }

    // Absent: an error where required (the reader throws), null where that is a value, else the parameter's or the type's default.
    private static string ValueOrDefault(MemberModel member, int ordinal)
    {
        if (member.DefaultValue is not null || (!member.IsNullable && !member.IsRequired))
        {
            var value = Value(member, ordinal);
            return $"item.Has({Ordinal(ordinal)}) ? {(member.IsNullable ? $"({value})" : value)} : {member.DefaultValue ?? "default"}";
        }

        return Value(member, ordinal);
    }

    private static string Value(MemberModel member, int ordinal)
    {
        var reader = $"item[{Ordinal(ordinal)}]";
        var read = ValueExpressions.Read(member.Shape, reader);
        return member.IsNullable ? $"{reader}.IsNull ? null : {read}" : read;
    }

    // Null is written as an absent attribute, which reads back as null.
    private static void Write(CodeWriter writer, TableModel model)
    {
        writer.Open($"public override void Write(global::System.Text.Json.Utf8JsonWriter writer, {model.FullName} value)");
        writer.Line("writer.WriteStartObject();");
        foreach (var member in model.Members)
        {
            if (member.CanRead)
            {
                WriteMember(writer, member);
            }
        }

        writer.Line("writer.WriteEndObject();");
        writer.Close();
    }

    private static void WriteMember(CodeWriter writer, MemberModel member)
    {
        var value = $"value.{member.Identifier}";
        var name = $"writer.WritePropertyName({CSharpLiteral.Of(member.AttributeName)});";
        if (member.IsDeclaredNullable)
        {
            writer.Open($"if ({value} is not null)");
            writer.Line(name);
            writer.Line(ValueExpressions.Write(member.Shape, member.Shape.IsValueType ? value + ".Value" : value));
            writer.Close();
        }
        else
        {
            writer.Line(name);
            writer.Line(ValueExpressions.Write(member.Shape, value));
        }
    }

    private static void Accessors(CodeWriter writer, TableModel model)
    {
        foreach (var member in model.Members)
        {
            var nullable = member.IsDeclaredNullable ? "?" : "";
            var self = $"{(member.IsDeclaredInStruct ? "ref " : "")}{member.DeclaringType} self";
            switch (member.Filling)
            {
                case Filling.AccessorSetter:
                    writer.Line().Line($"""
                        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = "set_{member.Name}")]
                        private static extern void {Accessor(member)}({self}, {member.Shape.TypeName}{nullable} value);
                        """);
                    break;
                case Filling.AccessorField:
                    writer.Line().Line($"""
                        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = "{member.Name}")]
                        private static extern ref {member.Shape.TypeName}{nullable} {Accessor(member)}({self});
                        """);
                    break;
            }
        }
    }

    private static string KeyArguments(TableModel model) =>
        string.Join(", ", model.Keys().Select(key => ValueExpressions.Read(key.Shape, $"keys[{Ordinal(key == model.Members[model.PartitionKey] ? model.PartitionKey : model.SortKey)}]")));

    private static IEnumerable<int> Ordinals(TableModel model, System.Func<MemberModel, bool> predicate) =>
        Enumerable.Range(0, model.Members.Count).Where(i => predicate(model.Members[i]));

    private static string Accessor(MemberModel member) => (member.Filling == Filling.AccessorSetter ? "Set" : "FieldOf") + member.Name;

    private static string Self(MemberModel member) => member.IsDeclaredInStruct ? "ref " : "";

    private static string Kinds(AttributeKinds kinds) =>
        "global::TypedCdc.AttributeKind." + kinds.ToString().Replace(", ", " | global::TypedCdc.AttributeKind.");

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Ordinal(int ordinal) => ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
