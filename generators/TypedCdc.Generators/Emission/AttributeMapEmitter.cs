// Customer.AttributeMap.g.cs: to and from the AWS SDK's Dictionary<string, AttributeValue>, in projects that reference that SDK, and the converter that they share.
using System.Linq;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Emission;

/// <summary>
/// Prints the conversions. They go through DynamoDB JSON, so that a map and a change record mean the same to the last digit: there is one reader and one writer a model.
/// </summary>
internal static class AttributeMapEmitter
{
    /// <summary>The AWS SDK's type, by metadata name.</summary>
    private const string AttributeValue = AwsSdk.AttributeValue;

    private const string Value = "global::" + AttributeValue;
    private const string Map = "global::System.Collections.Generic.Dictionary<string, " + Value + ">";
    private const string ReadOnlyMap = "global::System.Collections.Generic.IReadOnlyDictionary<string, " + Value + ">";

    /// <summary>
    /// The name of a project's converter. It bears the assembly's name, because assemblies that show each other their internals would otherwise each see two of them.
    /// </summary>
    public static string ConverterOf(string? assembly) =>
        "AttributeMapsOf" + string.Concat((assembly ?? "").Select(static character => char.IsLetterOrDigit(character) ? character : '_'));

    /// <summary>The methods of one model.</summary>
    public static string Emit(TableModel model, string converter)
    {
        var writer = new CodeWriter();
        var names = model.Names.Items;
        ModelFile.Header(writer, $"The model {model.Identifier} from and to the AWS SDK's attribute maps.");
        ModelFile.Open(writer, model);
        writer.Line($"""
            /// <summary>Reads an item as the AWS SDK gives it, with the checks and the exactness of a change record.</summary>
            /// <exception cref="global::System.ArgumentException">An attribute has no value.</exception>
            /// <exception cref="global::TypedCdc.CdcDecodeException">An attribute does not fit the model.</exception>
            public static {model.FullName} {names.FromAttributeMap}({ReadOnlyMap} item) =>
                global::TypedCdc.CdcItem.Read<{model.FullName}>(global::TypedCdc.Generated.{converter}.Write(item));

            /// <summary>The item as the AWS SDK takes it.</summary>
            """);
        writer.Line(model.IsHeldElsewhere
            ? $"public static {Map} {names.ToAttributeMap}({model.FullName} item) =>"
            : $"public {Map} {names.ToAttributeMap}() =>");
        writer.Indented(inner => inner.Line(
            $"global::TypedCdc.Generated.{converter}.Read(global::TypedCdc.CdcItem.ToUtf8<{model.FullName}>({(model.IsHeldElsewhere ? "item" : "this")}));"));
        ModelFile.Close(writer, model);
        return writer.ToString();
    }

    /// <summary>The converter between maps and DynamoDB JSON.</summary>
    public static string EmitConverter(string name)
    {
        var writer = new CodeWriter();
        ModelFile.Header(writer, "Attribute maps of the AWS SDK from and to DynamoDB JSON, for the models of this project.");
        writer.Line("namespace TypedCdc.Generated;").Line();
        writer.Line($"""
            {ModelFile.Hidden}
            {ModelFile.GeneratedCode}
            """);
        writer.Open($"internal static class {name}");
        writer.Line(Converter);
        writer.Close();
        return writer.ToString();
    }

    private const string Converter = """
        // DynamoDB nests 32 levels, each of which is two or three of JSON's.
        private const int MaxDepth = 256;

        internal static global::System.ReadOnlySpan<byte> Write(global::System.Collections.Generic.IReadOnlyDictionary<string, global::Amazon.DynamoDBv2.Model.AttributeValue> item)
        {
            global::System.ArgumentNullException.ThrowIfNull(item);
            var buffer = new global::System.Buffers.ArrayBufferWriter<byte>();
            using var writer = new global::System.Text.Json.Utf8JsonWriter(buffer, new global::System.Text.Json.JsonWriterOptions { MaxDepth = MaxDepth });
            WriteMap(writer, item);
            writer.Flush();
            return buffer.WrittenSpan;
        }

        internal static global::System.Collections.Generic.Dictionary<string, global::Amazon.DynamoDBv2.Model.AttributeValue> Read(global::System.ReadOnlySpan<byte> utf8)
        {
            var reader = new global::System.Text.Json.Utf8JsonReader(utf8, new global::System.Text.Json.JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            return ReadMap(ref reader);
        }

        private static void WriteMap(
            global::System.Text.Json.Utf8JsonWriter writer,
            global::System.Collections.Generic.IEnumerable<global::System.Collections.Generic.KeyValuePair<string, global::Amazon.DynamoDBv2.Model.AttributeValue>> map)
        {
            writer.WriteStartObject();
            foreach (var pair in map)
            {
                writer.WritePropertyName(pair.Key);
                WriteValue(writer, pair.Value, pair.Key);
            }

            writer.WriteEndObject();
        }

        private static void WriteValue(global::System.Text.Json.Utf8JsonWriter writer, global::Amazon.DynamoDBv2.Model.AttributeValue? value, string attribute)
        {
            writer.WriteStartObject();
            switch (value)
            {
                case { S: { } text }:
                    writer.WriteString("S", text);
                    break;
                case { N: { } number }:
                    writer.WriteString("N", number);
                    break;
                case { B: { } bytes }:
                    writer.WriteBase64String("B", bytes.ToArray());
                    break;
                case { IsBOOLSet: true }:
                    writer.WriteBoolean("BOOL", value.BOOL == true);
                    break;
                case { NULL: true }:
                    writer.WriteBoolean("NULL", true);
                    break;
                case { IsMSet: true }:
                    writer.WritePropertyName("M");
                    WriteMap(writer, value.M);
                    break;
                case { IsLSet: true }:
                    writer.WriteStartArray("L");
                    foreach (var element in value.L)
                    {
                        WriteValue(writer, element, attribute);
                    }

                    writer.WriteEndArray();
                    break;
                case { IsSSSet: true }:
                    WriteTexts(writer, "SS", value.SS);
                    break;
                case { IsNSSet: true }:
                    WriteTexts(writer, "NS", value.NS);
                    break;
                case { IsBSSet: true }:
                    writer.WriteStartArray("BS");
                    foreach (var blob in value.BS)
                    {
                        writer.WriteBase64StringValue(blob.ToArray());
                    }

                    writer.WriteEndArray();
                    break;
                default:
                    throw new global::System.ArgumentException("The attribute '" + attribute + "' has no value: one of S, N, B, BOOL, NULL, M, L, SS, NS and BS must be set.");
            }

            writer.WriteEndObject();
        }

        private static void WriteTexts(global::System.Text.Json.Utf8JsonWriter writer, string kind, global::System.Collections.Generic.List<string> texts)
        {
            writer.WriteStartArray(kind);
            foreach (var text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        private static global::System.Collections.Generic.Dictionary<string, global::Amazon.DynamoDBv2.Model.AttributeValue> ReadMap(ref global::System.Text.Json.Utf8JsonReader reader)
        {
            var map = new global::System.Collections.Generic.Dictionary<string, global::Amazon.DynamoDBv2.Model.AttributeValue>();
            while (reader.Read() && reader.TokenType == global::System.Text.Json.JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                map[name] = ReadValue(ref reader);
            }

            return map;
        }

        // From the value's opening brace to its closing one.
        private static global::Amazon.DynamoDBv2.Model.AttributeValue ReadValue(ref global::System.Text.Json.Utf8JsonReader reader)
        {
            var value = new global::Amazon.DynamoDBv2.Model.AttributeValue();
            reader.Read();
            var kind = reader.GetString();
            reader.Read();
            switch (kind)
            {
                case "S":
                    value.S = reader.GetString();
                    break;
                case "N":
                    value.N = reader.GetString();
                    break;
                case "B":
                    value.B = new global::System.IO.MemoryStream(reader.GetBytesFromBase64());
                    break;
                case "BOOL":
                    value.BOOL = reader.GetBoolean();
                    break;
                case "NULL":
                    value.NULL = true;
                    break;
                case "M":
                    value.M = ReadMap(ref reader);
                    value.IsMSet |= value.M.Count == 0; // the SDK takes an empty one for none
                    break;
                case "L":
                    var list = new global::System.Collections.Generic.List<global::Amazon.DynamoDBv2.Model.AttributeValue>();
                    while (reader.Read() && reader.TokenType != global::System.Text.Json.JsonTokenType.EndArray)
                    {
                        list.Add(ReadValue(ref reader));
                    }

                    value.L = list;
                    value.IsLSet |= list.Count == 0;
                    break;
                case "SS":
                    value.SS = ReadTexts(ref reader);
                    value.IsSSSet |= value.SS.Count == 0;
                    break;
                case "NS":
                    value.NS = ReadTexts(ref reader);
                    value.IsNSSet |= value.NS.Count == 0;
                    break;
                default:
                    value.BS = new global::System.Collections.Generic.List<global::System.IO.MemoryStream>();
                    while (reader.Read() && reader.TokenType != global::System.Text.Json.JsonTokenType.EndArray)
                    {
                        value.BS.Add(new global::System.IO.MemoryStream(reader.GetBytesFromBase64()));
                    }

                    value.IsBSSet |= value.BS.Count == 0;

                    break;
            }

            reader.Read();
            return value;
        }

        private static global::System.Collections.Generic.List<string> ReadTexts(ref global::System.Text.Json.Utf8JsonReader reader)
        {
            var texts = new global::System.Collections.Generic.List<string>();
            while (reader.Read() && reader.TokenType != global::System.Text.Json.JsonTokenType.EndArray)
            {
                texts.Add(reader.GetString()!);
            }

            return texts;
        }
        """;
}
