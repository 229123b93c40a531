// Customer.g.cs: the typed key, the names, the schema, the codec, and the key of a change.
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints a model's code.</summary>
internal static class ModelEmitter
{
    public static string Emit(TableModel model, GenerationOptions options)
    {
        var writer = new CodeWriter();
        ModelFile.Header(writer, $"The decoder, key and schema of the model {model.Identifier}.");
        ModelFile.Open(writer, model);
        Key(writer, model);
        writer.Line();
        writer.Line($"""
            /// <summary>Table, keys, attributes and columns as data.</summary>
            public static global::TypedCdc.Schema.TableSchema {model.Names.Schema} => {model.Names.Codec}.Instance.Schema;
            """);
        writer.Line();
        Attributes(writer, model);
        writer.Line();
        Items(writer, model);
        writer.Line();
        CodecEmitter.Emit(writer, model);
        ModelFile.Close(writer, model);
        if (options.HasExtensionMembers)
        {
            writer.Line();
            Extensions(writer, model);
        }

        return writer.ToString();
    }

    private static void Key(CodeWriter writer, TableModel model)
    {
        var keys = model.Keys().ToList();
        var name = model.Names.Key;
        writer.Line($"/// <summary>The key of an item of <c>{ModelFile.Comment(model.TableName)}</c>.</summary>");
        foreach (var key in keys)
        {
            writer.Line($"/// <param name=\"{key.Name}\">{(key.IsKeyPart ? "Part of the" : "The")} {KeyPatternParser.NameOf(key.Key)}, <c>{ModelFile.Comment(key.AttributeName)}</c>.</param>");
        }

        writer.Line(ModelFile.GeneratedCode);
        writer.Open($"public readonly record struct {name}({string.Join(", ", keys.Select(static key => $"{key.Shape.TypeName} {key.Identifier}"))})");
        writer.Line($"internal static {name} {FactoryOf(model)}({model.FullName} item) => new({string.Join(", ", keys.Select(Member))});");
        if (keys.Any(static key => key.Shape.IsBytes))
        {
            ContentEquality(writer, name, keys);
        }

        KeyEmitter.Texts(writer, model);

        writer.Close();

        // A nullable key member is never null in an item: DynamoDB has no item without its key.
        static string Member(MemberModel key) =>
            $"item.{key.Identifier}" + (!key.IsDeclaredNullable ? "" : key.Shape.IsValueType ? ".GetValueOrDefault()" : "!");
    }

    // The key's members have the names of the model's own, which may be any.
    private static string FactoryOf(TableModel model)
    {
        var name = "Of";
        while (model.Keys().Any(key => key.Name == name))
        {
            name += "Item";
        }

        return name;
    }

    // Keys are equal by their bytes, not by the array that holds them.
    private static void ContentEquality(CodeWriter writer, string name, System.Collections.Generic.List<MemberModel> keys)
    {
        var equal = string.Join(" && ", keys.Select(static key => key.Shape.IsBytes
            ? $"global::System.MemoryExtensions.SequenceEqual<byte>({Span(key)}, other.{Span(key)})"
            : $"global::System.Collections.Generic.EqualityComparer<{key.Shape.TypeName}>.Default.Equals({key.Identifier}, other.{key.Identifier})"));
        writer.Line().Line($"""
            /// <summary>Equal by the content of the bytes.</summary>
            public bool Equals({name} other) => {equal};

            /// <inheritdoc/>
            """);
        writer.Open("public override int GetHashCode()");
        writer.Line("var hash = new global::System.HashCode();");
        foreach (var key in keys)
        {
            writer.Line(key.Shape.IsBytes ? $"hash.AddBytes({Span(key)});" : $"hash.Add({key.Identifier});");
        }

        writer.Line("return hash.ToHashCode();");
        writer.Close();

        static string Span(MemberModel key) => key.Identifier
            + (key.Shape.Kind switch { ValueKind.Memory => ".Span", ValueKind.MemoryStream => ".ToArray()", _ => "" });
    }

    private static void Attributes(CodeWriter writer, TableModel model)
    {
        writer.Line($"""
            /// <summary>The mapped attributes, for <c>change.HasChanged(…)</c>.</summary>
            {ModelFile.GeneratedCode}
            """);
        writer.Open($"public static class {model.Names.Attributes}");
        for (var i = 0; i < model.Members.Count; i++)
        {
            var member = model.Members[i];
            writer.Line($"""
                /// <summary><c>{ModelFile.Comment(member.AttributeName)}</c></summary>
                public static global::TypedCdc.AttributeName<{model.FullName}> {member.Identifier} => new({i.ToString(System.Globalization.CultureInfo.InvariantCulture)}, {CSharpLiteral.Of(member.AttributeName)});
                """);
        }

        writer.Close();
    }

    // A model that cannot hold the methods itself is given to them.
    private static void Items(CodeWriter writer, TableModel model)
    {
        var names = model.Names.Items;
        writer.Line("/// <summary>The item in DynamoDB JSON, UTF-8. Reads back as an equal model.</summary>");
        writer.Line(model.IsHeldElsewhere
            ? $"public static byte[] {names.ToItem}({model.FullName} item) => global::TypedCdc.CdcItem.ToUtf8(item);"
            : $"public byte[] {names.ToItem}() => global::TypedCdc.CdcItem.ToUtf8<{model.FullName}>(this);");
        writer.Line().Line($"""
            /// <summary>Reads an item in DynamoDB JSON, UTF-8.</summary>
            /// <exception cref="global::TypedCdc.CdcDecodeException">It is malformed or does not fit the model.</exception>
            public static {model.FullName} {names.FromItem}(global::System.ReadOnlySpan<byte> utf8) => global::TypedCdc.CdcItem.Read<{model.FullName}>(utf8);
            """);
    }

    private static void Extensions(CodeWriter writer, TableModel model)
    {
        var access = model.IsPublic ? "public" : "internal";
        var name = string.Concat(model.ContainingTypes.Select(static outer => outer.Identifier.TrimStart('@') + "_")) + model.Identifier.TrimStart('@');
        var key = $"{model.HolderName}.{model.Names.Key}";
        writer.Line($"""
            /// <summary>What a change of {ModelFile.See(model.FullName)} has beyond other changes.</summary>
            {ModelFile.Hidden}
            {ModelFile.GeneratedCode}
            """);
        writer.Open($"{access} static class {name}CdcExtensions");
        writer.Open($"extension(global::TypedCdc.Change<{model.FullName}> change)");
        writer.Line("/// <summary>The key of the item that changed.</summary>");
        writer.Open($"public {key} Key => change switch");
        foreach (var (type, image) in new[] { ("Inserted", "After"), ("Modified", "After"), ("Modified", "Before"), ("Removed", "Before"), ("Snapshot", "After") })
        {
            writer.Line($"global::TypedCdc.{type}<{model.FullName}> {{ Has{image}: true }} of => {key}.{FactoryOf(model)}(of.{image}),");
        }

        writer.Line($"_ => change.GetKeyWithoutImages<{key}>(),");
        writer.Close(";");
        writer.Close();
        writer.Close();
    }
}
