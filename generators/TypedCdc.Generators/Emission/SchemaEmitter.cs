// Customer.Schema: the model as data.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints the schema of a model.</summary>
internal static class SchemaEmitter
{
    public static void Emit(CodeWriter writer, TableModel model)
    {
        writer.Open("public override global::TypedCdc.Schema.TableSchema Schema { get; } = new()");
        writer.Line($"TableName = {CSharpLiteral.Of(model.TableName)},");
        writer.Line($"SqlName = {CSharpLiteral.Of(model.SqlName)},");
        if (model.SqlSchema is not null)
        {
            writer.Line($"SqlSchema = {CSharpLiteral.Of(model.SqlSchema)},");
        }

        if (model.ColumnNaming is not null)
        {
            writer.Line($"ColumnNaming = global::TypedCdc.NamingPolicy.{model.ColumnNaming},");
        }

        writer.Line("Attributes =").Line("[").Indented(inner =>
        {
            foreach (var member in model.Members)
            {
                inner.Line($"new() {{ {string.Join(", ", Attribute(member))} }},");
            }
        }).Line("],");
        writer.Line($"PartitionKey = {ObjectEmitter.Ordinal(model.PartitionKey)},");
        if (model.SortKey >= 0)
        {
            writer.Line($"SortKey = {ObjectEmitter.Ordinal(model.SortKey)},");
        }

        foreach (var pattern in model.Patterns)
        {
            var key = pattern.Role + "Key";
            writer.Line($"{key}Name = {CSharpLiteral.Of(pattern.Attribute)},");
            writer.Line($"{key}Pattern = {CSharpLiteral.Of(pattern.Text)},");
            if (model.KeyOf(pattern.Role) < 0)
            {
                writer.Line($"{key}Parts = [{string.Join(", ", model.KeyOrdinals(pattern.Role).Select(ObjectEmitter.Ordinal))}],");
            }
        }

        if (model.Indexes.Count > 0)
        {
            writer.Line("Indexes =").Line("[").Indented(inner =>
            {
                foreach (var index in model.Indexes)
                {
                    inner.Line($"new() {{ Name = {CSharpLiteral.Of(index.Name)}, Attributes = [{string.Join(", ", index.Members.Select(ObjectEmitter.Ordinal))}] }},");
                }
            }).Line("],");
        }

        writer.Line($"Revision = {CSharpLiteral.Of(model.Revision)},");
        writer.Close(";");
    }

    private static IEnumerable<string> Attribute(MemberModel member)
    {
        var (shape, column) = (member.Shape, member.Column);
        yield return $"Name = {CSharpLiteral.Of(member.AttributeName)}";
        if (member.IsKeyPart)
        {
            yield return "IsKeyPart = true";
        }

        yield return $"MemberName = {CSharpLiteral.Of(member.Name)}";
        yield return $"Kinds = {ObjectEmitter.Kinds(shape.Kinds)}";
        if (member.IsRequired)
        {
            yield return "IsRequired = true";
        }

        if (member.IsNullable)
        {
            yield return "IsNullable = true";
        }

        yield return $"ColumnName = {CSharpLiteral.Of(member.ColumnName)}";
        if (member.IsColumnNameGiven)
        {
            yield return "IsColumnNameGiven = true";
        }

        yield return $"ColumnType = global::TypedCdc.Schema.ColumnType.{shape.Column}";
        if ((shape.Encoding ?? shape.Element?.Encoding) is { } encoding)
        {
            yield return $"Encoding = global::TypedCdc.Schema.AttributeEncoding.{encoding}";
        }

        var value = shape.Element ?? shape;
        if (ScalarTypes.Of(value) is { } scalar)
        {
            yield return $"Scalar = global::TypedCdc.Schema.ScalarType.{scalar}";
        }

        if (shape.Element is not null)
        {
            yield return "IsCollection = true";
        }

        if (shape.IsElementNullable)
        {
            yield return "IsElementNullable = true";
        }

        if (value.Enum is { } names)
        {
            yield return $"Enum = new() {{ Names = {List(names.Names)}{(names.GivenNames.Count > 0 ? $", GivenNames = {List(names.GivenNames)}" : "")}{(names.IsFlags ? ", IsFlags = true" : "")}{(names.Fallback is { } fallback ? $", Fallback = {CSharpLiteral.Of(fallback)}" : "")} }}";
        }

        if (column.IsIgnored)
        {
            yield return "HasColumn = false";
        }

        if (column.OnUnfit is { } unfit)
        {
            yield return $"OnUnfit = global::TypedCdc.UnfitValue.{unfit}";
        }

        if (column.Types is { } types)
        {
            yield return $"SqlType = new() {{ {string.Join(", ", Types(types))} }}";
        }
    }

    private static IEnumerable<string> Types(ColumnTypes types)
    {
        foreach (var (name, type) in new[] { ("Any", types.Any), ("Postgres", types.Postgres), ("Sqlite", types.Sqlite), ("CrateDb", types.CrateDb), ("Redshift", types.Redshift) })
        {
            if (type is not null)
            {
                yield return $"{name} = {CSharpLiteral.Of(type)}";
            }
        }
    }

    private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(CSharpLiteral.Of))}]";
}
