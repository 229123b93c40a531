// Customer.View.g.cs: the attributes read in place, over the record's own bytes.
using System.Linq;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints the view of a model, and inside it those of the models inside the model.</summary>
internal static class ViewEmitter
{
    private const string Reader = "global::TypedCdc.Decoding.AttributeValueReader";
    private const string Inline = "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]";
    private const string Slots = "global::TypedCdc.Decoding.SlotReader";
    private const string Slot = "global::TypedCdc.Decoding.AttributeSlot";

    public static string Emit(TableModel model)
    {
        var writer = new CodeWriter();
        ModelFile.Header(writer, $"The attributes of the model {model.Identifier}, read in place.");
        ModelFile.Open(writer, model);
        writer.Line($"""
            /// <summary>
            /// The attributes in place: <c>CdcRecord.View&lt;{ModelFile.Comment(model.Identifier)}.{model.Names.View}&gt;(utf8)</c>. Nothing is allocated, and a value is converted when it is read;
            /// what does not fit throws <see cref="global::TypedCdc.CdcDecodeException"/> then. An absent value is its type's default.
            /// </summary>
            {ModelFile.GeneratedCode}
            """);
        var codec = model.Names.Codec;
        View(writer, model.Object, model.Names.View, $"{codec}.Instance.Attributes", $"{codec}.Slots", $"{codec}.Instance", codec, () =>
        {
            foreach (var nested in model.Nested)
            {
                writer.Line();
                writer.Line($"/// <summary>A model inside the model, in place.</summary>");
                View(writer, nested.Object, ViewOf(nested.Codec), $"{codec}.{nested.Codec}.Attributes", $"{codec}.{nested.Codec}.Slots", null, codec, static () => { });
            }
        });
        ModelFile.Close(writer, model);
        return writer.ToString();
    }

    private static void View(CodeWriter writer, ObjectModel model, string name, string table, string slots, string? instance, string codec, System.Action more)
    {
        var view = $"global::TypedCdc.ICdcView<{name}>";
        writer.Open($"public readonly ref struct {name} : {view}");
        writer.Line($"""
            private readonly global::System.ReadOnlySpan<byte> _record;
            private readonly int _map;
            private readonly {slots} _slots;
            """);
        foreach (var (member, ordinal) in model.Members.Select(static (member, ordinal) => (member, ordinal)).Where(static one => one.member.IsPublic && one.member.Shape is not { IsOverflow: true }))
        {
            writer.Line();
            Property(writer, model, member, ordinal, codec, table);
        }

        writer.Line();
        writer.Line(Inline);
        writer.Open($"private {name}(global::System.ReadOnlySpan<byte> record, int map, scoped global::System.ReadOnlySpan<{Slot}> slots)");
        writer.Line("_record = record;").Line("_map = map;");
        writer.Line($"slots[..{ObjectEmitter.Ordinal(model.Members.Count)}].CopyTo(_slots);");
        writer.Close();
        writer.Line();
        if (instance is not null)
        {
            writer.Line($"static global::TypedCdc.Decoding.CdcModel? {view}.Model => {instance};").Line();
        }

        writer.Line($"static global::TypedCdc.Decoding.AttributeTable {view}.Attributes => {table};").Line();
        writer.Line($"private {Reader} ValueOf(int ordinal) => {Reader}.Create(_record, in _slots[ordinal], {table}, ordinal, _map);").Line();
        writer.Line(Inline).Line($"static {name} {view}.Create(global::System.ReadOnlySpan<byte> record, int map, scoped global::System.ReadOnlySpan<{Slot}> slots) => new(record, map, slots);").Line();
        writer.Line($"{Slot} {view}.GetSlot(int ordinal) => _slots[ordinal];");
        more();
        writer.Close();
    }

    private static void Property(CodeWriter writer, ObjectModel model, MemberModel member, int ordinal, string codec, string table)
    {
        var number = ObjectEmitter.Ordinal(ordinal);
        var reader = $"ValueOf({number})";
        var slot = $"_record, in _slots[{number}], {table}, {number}, _map";
        var about = $"/// <summary><c>{ModelFile.Comment(member.AttributeName)}</c></summary>";
        switch (member.Shape)
        {
            case { Kind: ValueKind.String }:
                writer.Line(about).Line($"public global::TypedCdc.CdcText {member.Identifier} => {Slots}.GetText({slot});");
                break;
            case { Kind: ValueKind.Nested, Codec: { } nested }:
                var has = "Has" + member.Name;
                if (!member.IsRequired && model.Members.All(other => other.Name != has))
                {
                    writer.Line($"/// <summary>Whether <c>{ModelFile.Comment(member.AttributeName)}</c> is there and not NULL.</summary>").Line($"public bool {has} => !{reader}.IsNull;").Line();
                }

                writer.Line(about).Line($"public {ViewOf(nested)} {member.Identifier} => {reader}.GetView<{ViewOf(nested)}>();");
                break;
            case { Element: not null } or { Kind: ValueKind.Bytes or ValueKind.Memory or ValueKind.MemoryStream or ValueKind.Uri or ValueKind.JsonElement or ValueKind.JsonNode }:
                writer.Line(about).Line($"public {Reader} {member.Identifier} => {reader};");
                break;
            default:
                var prefix = member.Shape.Codec is null ? "" : codec + ".";
                var read = ValueExpressions.IsReadFromSlot(member.Shape) ? ValueExpressions.ReadSlot(member.Shape, Slots, slot) : prefix + ValueExpressions.Read(member.Shape, reader);
                var isNullable = member.IsNullable;
                writer.Line(about).Line($"public {member.Shape.TypeName}{(isNullable ? "?" : "")} {member.Identifier} => "
                    + (isNullable ? $"{Slots}.IsNull(in _slots[{number}]) ? {ValueExpressions.NullOf(member.Shape)} : {read};"
                        : member.IsRequired || !member.Shape.IsValueType ? $"{read};"
                        : $"{Slots}.Has(in _slots[{number}]) ? {read} : default;"));
                break;
        }
    }

    private static string ViewOf(string codec) => codec.Substring(0, codec.LastIndexOf("Codec", System.StringComparison.Ordinal)) + codec.Substring(codec.LastIndexOf("Codec", System.StringComparison.Ordinal) + 5) + "View";
}
