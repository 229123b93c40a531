// The nested CdcModel<T>: what turns an item into the model and back.
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
        writer.Open($"internal sealed class {codec} : global::TypedCdc.Decoding.CdcModel<{model.FullName}>");
        KeyEmitter.Patterns(writer, model);
        writer.Line($"internal static readonly {codec} Instance = new();").Line();
        var discrimination = model.Discrimination;
        ObjectEmitter.AttributeTable(
            writer, model.Object, "public override global::TypedCdc.Decoding.AttributeTable Attributes { get; }", model.Hidden, model.Patterns.Select(static pattern => KeyEmitter.FieldOf(pattern.Role)));
        writer.Line();
        SchemaEmitter.Emit(writer, model);
        writer.Line();
        ObjectEmitter.Read(writer, model.Object, $"public override {model.FullName} Read(in global::TypedCdc.Decoding.ItemReader item)");
        writer.Line();
        if (model.Object.Polymorphic is { } polymorphic && PolymorphicEmitter.Matches(polymorphic) is { } matches)
        {
            writer.Line("public override bool HasDiscriminator => true;").Line();
            writer.Line("public override bool IsPolymorphic => true;").Line();
            writer.Line($"public override bool Matches(in global::TypedCdc.Decoding.ItemReader image) => {matches};");
            writer.Line();
        }
        else if (discrimination is not null)
        {
            writer.Line("public override bool HasDiscriminator => true;").Line();
            writer.Line($"""
                public override bool Matches(in global::TypedCdc.Decoding.ItemReader image) => image[{ObjectEmitter.Ordinal(discrimination.Ordinal)}].TextEquals({CSharpLiteral.Of(discrimination.Value)}u8);
                """);
            writer.Line();
        }

        writer.Line($"""
            public override object ReadKey(in global::TypedCdc.Decoding.ItemReader keys) => new {model.Names.Key}({KeyArguments(model)});
            """);
        writer.Line();
        writer.Open($"public override void Write(global::System.Text.Json.Utf8JsonWriter writer, {model.FullName} value)");
        writer.Line("writer.WriteStartObject();");
        KeyEmitter.Write(writer, model);
        ObjectEmitter.WriteMembers(writer, model.Object);
        if (discrimination is not null && discrimination.Ordinal >= model.Members.Count && model.Patterns.All(pattern => pattern.Source != discrimination.Ordinal))
        {
            writer.Line($"writer.WritePropertyName({CSharpLiteral.Of(discrimination.Attribute)});");
            writer.Line($"global::TypedCdc.Decoding.AttributeValueWriter.WriteString(writer, {CSharpLiteral.Of(discrimination.Value)});");
        }

        writer.Line("writer.WriteEndObject();");
        writer.Close();
        writer.Line();
        writer.Line($"""
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            internal static void Register() => global::TypedCdc.Decoding.CdcModel.Register(Instance);
            """);
        if (model.Object.Polymorphic is { } derived)
        {
            PolymorphicEmitter.Derived(writer, derived);
        }

        PartsEmitter.Emit(writer, model);
        ObjectEmitter.Accessors(writer, model.Object);
        writer.Line();
        ObjectEmitter.Slots(writer, model.Object);
        writer.Close();
    }

    private static string KeyArguments(TableModel model) => string.Join(
        ", ", model.KeyOrdinals().Select(key => ValueExpressions.Read(model.Members[key].Shape, $"keys[{ObjectEmitter.Ordinal(key)}]")));
}
