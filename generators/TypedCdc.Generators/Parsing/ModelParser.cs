// From an annotated type to its model. Everything that needs thought happens here, so that the emitter only prints.
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Parses a type annotated with <c>[CdcTable]</c>.</summary>
internal static class ModelParser
{
    public static ParseResult Parse(GeneratorAttributeSyntaxContext syntax, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)syntax.TargetSymbol;
        var location = ((TypeDeclarationSyntax)syntax.TargetNode).Identifier.GetLocation();
        var context = new ParseContext(type, location, syntax.SemanticModel.Compilation, cancellation);
        var model = Parse(context, syntax.Attributes[0]);
        return new(model, Identify(context, model, syntax.Attributes[0]), context.Diagnostics.ToEquatableArray());
    }

    /// <summary>Parses each <c>[CdcModel]</c> of a class.</summary>
    public static EquatableArray<ParseResult> ParseExternal(GeneratorAttributeSyntaxContext syntax, CancellationToken cancellation)
    {
        var results = new List<ParseResult>();
        var names = new List<string>();
        foreach (var attribute in syntax.Attributes)
        {
            if (attribute.ConstructorArguments.FirstOrDefault().Value is not INamedTypeSymbol { TypeKind: not TypeKind.Error } type)
            {
                continue;
            }

            var location = Annotations.GetLocation(attribute, cancellation) ?? ((TypeDeclarationSyntax)syntax.TargetNode).Identifier.GetLocation();
            var context = new ParseContext((INamedTypeSymbol)syntax.TargetSymbol, type, location, syntax.SemanticModel.Compilation, cancellation)
            {
                PartitionKeyName = Annotations.GetNamedString(attribute, "PartitionKey"),
                SortKeyName = Annotations.GetNamedString(attribute, "SortKey"),
            };
            var before = names.Count(name => name == type.Name);
            names.Add(type.Name);
            var model = Parse(context, attribute, before);
            results.Add(new(model, Identify(context, model, attribute), context.Diagnostics.ToEquatableArray()));
        }

        return results.ToEquatableArray();
    }

    /// <summary>For analyzers: the tables that a type's annotations name, whether or not there is anything wrong with the models.</summary>
    public static IEnumerable<string> TableNames(INamedTypeSymbol annotated) => annotated.GetAttributes()
        .Select(attribute => (Attribute: attribute, Type: ModelOf(attribute, annotated)))
        .Where(static one => one.Type is not null)
        .Select(static one => TableNameOf(one.Attribute, one.Type!));

    // The type that an annotation makes a model of; null where it is none of ours.
    private static INamedTypeSymbol? ModelOf(AttributeData attribute, INamedTypeSymbol annotated) => Annotations.Is(attribute, "CdcTableAttribute") ? annotated
        : Annotations.Is(attribute, "CdcModelAttribute") ? attribute.ConstructorArguments.FirstOrDefault().Value as INamedTypeSymbol
        : null;

    /// <summary>For analyzers: the models that a type's annotations make; none where a mistake, which the generator reports, leaves none.</summary>
    public static IEnumerable<AnnotatedModel> ParseAll(INamedTypeSymbol annotated, Compilation compilation, CancellationToken cancellation)
    {
        foreach (var attribute in annotated.GetAttributes())
        {
            if (ModelOf(attribute, annotated) is not { TypeKind: not TypeKind.Error } type)
            {
                continue;
            }

            // At the type's name where its annotation stands, or where it is declared; else, where it comes from another assembly, at the annotation.
            var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(cancellation);
            var location = (SymbolEqualityComparer.Default.Equals(type, annotated)
                    ? syntax?.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.GetLocation()
                    : type.Locations.FirstOrDefault(static one => one.IsInSource))
                ?? Annotations.GetLocation(attribute, cancellation) ?? annotated.Locations[0];
            var context = new ParseContext(annotated, type, location, compilation, cancellation)
            {
                PartitionKeyName = Annotations.GetNamedString(attribute, "PartitionKey"),
                SortKeyName = Annotations.GetNamedString(attribute, "SortKey"),
            };
            if (Parse(context, attribute) is { } model)
            {
                yield return new(type, model, location, context.Naming);
            }
        }
    }

    private static TableModel? Parse(ParseContext context, AttributeData table, int sameNameBefore = 0)
    {
        if (!ModelShape.Check(context))
        {
            return null;
        }

        var type = context.Type;
        var aws = AwsAnnotations.FindTable(type);
        context.IsAwsAnnotated = aws is not null;
        context.Naming = table.NamedArguments.FirstOrDefault(static argument => argument.Key == "Naming").Value.Value is int policy and not (int)NamingPolicy.Exact ? (NamingPolicy)policy : aws is null ? NamingPolicy.Exact : AwsAnnotations.GetNaming(aws);
        context.ColumnNaming = (NamingPolicy?)(table.NamedArguments.FirstOrDefault(static argument => argument.Key == "ColumnNaming").Value.Value as int?);
        context.Table = table;
        var parsed = ObjectParser.Parse(context)!;
        var (candidates, members) = (parsed.Candidates, parsed.Members);
        var hidden = new List<HiddenAttribute>();
        var patterns = KeyPatternParser.Finish(context, parsed.Patterns, members, hidden);
        var partitionKey = FindKey(context, parsed, KeyRole.Partition);
        var sortKey = FindKey(context, parsed, KeyRole.Sort);
        var isKeyed = partitionKey >= 0 || Annotations.Find(type.GetAttributes(), Annotations.PartitionKey) is not null;
        if (!isKeyed && !candidates.Any(static candidate => candidate.KeyRole == KeyRole.Partition && !candidate.IsIgnored))
        {
            context.Report(Rules.NoPartitionKey, null, type.Name);
        }

        var tableName = CheckTableName(context, table);
        var sqlName = Annotations.GetNamedString(table, "SqlName") is { Length: > 0 } given ? given : SqlName.OfView(tableName);
        CheckSqlNames(context, table, sqlName, members);
        ColumnParser.Check(context, members);
        var indexes = ColumnParser.Indexes(context, members, sqlName);
        var names = GeneratedNaming.Choose(context);
        var isOwn = SymbolEqualityComparer.Default.Equals(type, context.Root);
        var holder = isOwn ? type.Name : GeneratedNaming.ChooseHolder(context, sameNameBefore);
        if (!isKeyed || parsed.Model is null || context.Diagnostics.Exists(static one => one.Id == Rules.KeyPattern.Id))
        {
            return null;
        }

        var sqlSchema = Annotations.GetNamedString(table, "SqlSchema") is { Length: > 0 } schema ? schema : null;
        var model = new TableModel
        {
            Namespace = context.Root.ContainingNamespace.IsGlobalNamespace
                ? null
                : context.Root.ContainingNamespace.ToDisplayString(ValueClassifier.TypeFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
            ContainingTypes = (isOwn ? ModelShape.ContainingTypes(type) : ModelShape.ContainingTypes(context.Root).Append(context.Root))
                .Select(static outer => new ContainingType(ModelShape.KeywordOf(outer), ModelShape.IdentifierOf(outer.Name))).ToEquatableArray(),
            Declaration = isOwn
                ? $"partial {ModelShape.KeywordOf(type)} {ModelShape.IdentifierOf(type.Name)}"
                : $"{(ModelShape.IsPublic(type) ? "public" : "internal")} static partial class {ModelShape.IdentifierOf(holder)}",
            HolderName = isOwn ? ValueClassifier.NameOf(type) : $"{ValueClassifier.NameOf(context.Root)}.{ModelShape.IdentifierOf(holder)}",
            Identifier = ModelShape.IdentifierOf(holder),
            HintName = isOwn ? type.ToDisplayString(HintFormat) : $"{context.Root.ToDisplayString(HintFormat)}.{holder}",
            IsPublic = ModelShape.IsPublic(type) && ModelShape.IsPublic(context.Root),
            TableName = tableName,
            SqlName = sqlName,
            SqlSchema = sqlSchema,
            ColumnNaming = context.ColumnNaming is NamingPolicy.Exact or NamingPolicy.CamelCase or NamingPolicy.SnakeCase ? context.ColumnNaming.ToString() : null,
            Indexes = indexes,
            Object = parsed.Model,
            Nested = context.Nested.ToEquatableArray(),
            Enums = context.Enums.ToEquatableArray(),
            Converters = context.Converters.ToEquatableArray(),
            PartitionKey = partitionKey,
            SortKey = sortKey,
            Patterns = patterns.ToEquatableArray(),
            Discrimination = GetDiscrimination(table, type, parsed.Model, hidden),
            Hidden = hidden.ToEquatableArray(),
            Names = names,
            Revision = "",
        };
        return model with { Revision = ModelRevision.Of(model) };
    }

    // At the value that the user chose, or at the model's name.
    private static ModelIdentity? Identify(ParseContext context, TableModel? model, AttributeData table)
    {
        if (model is null)
        {
            return null;
        }

        var location = Annotations.GetLocation(table, "DiscriminatorValue", context.Cancellation) ?? context.Location;
        var (attribute, values) = model switch
        {
            { Object.Polymorphic: { } polymorphic } => polymorphic.Derived.Any(static derived => derived.Value is null)
                ? (null, [])
                : (polymorphic.Attribute, polymorphic.Derived.Select(static derived => derived.Value!).ToList()),
            { Discrimination: { } discrimination } => (discrimination.Attribute, [discrimination.Value]),
            _ => ((string?)null, new List<string>()),
        };
        return new(
            model.FullName, context.Type.Name, model.TableName, model.Patterns, attribute, values.ToEquatableArray(),
            location.SourceTree?.FilePath ?? "", location.SourceSpan.Start, location.SourceSpan.Length);
    }

    private static readonly SymbolDisplayFormat HintFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    private const AttributeKinds AnyKind = (AttributeKinds)((1 << 10) - 1);

    private static Discrimination? GetDiscrimination(AttributeData table, INamedTypeSymbol type, ObjectModel model, List<HiddenAttribute> hidden)
    {
        if (model.Polymorphic is not null || Annotations.GetNamedString(table, "Discriminator") is not { Length: > 0 } attribute)
        {
            return null;
        }

        var ordinal = model.Members.ToList().FindIndex(member => !member.IsKeyPart && member.AttributeName == attribute);
        if (ordinal < 0 && hidden.FindIndex(one => one.Name == attribute) is var before)
        {
            ordinal = model.Members.Count + (before < 0 ? hidden.Count : before);
            if (before < 0)
            {
                hidden.Add(new(attribute, AnyKind, false, "any value", "tells the table's models apart"));
            }
        }

        return new(attribute, Annotations.GetNamedString(table, "DiscriminatorValue") ?? type.Name, ordinal);
    }

    // The member that is the key; -1 where there is none, or a pattern on the type makes it of parts.
    private static int FindKey(ParseContext context, ParsedObject parsed, KeyRole role)
    {
        var members = parsed.Members;
        var first = members.FindIndex(member => member.Model.Key == role && !member.Model.IsKeyPart);
        var pattern = parsed.Patterns.Find(pattern => pattern.Role == role && pattern.Holder is null);
        foreach (var second in members.Skip(pattern is null ? first + 1 : 0).Where(member => first >= 0 && member.Model.Key == role && !member.Model.IsKeyPart))
        {
            context.Report(
                Rules.TwoKeys, context.LocationOf(second.Candidate.Symbol), second.Model.Name, KeyPatternParser.NameOf(role), context.Type.Name,
                pattern?.Text.Text ?? members[first].Model.Name);
        }

        return pattern is null ? first : -1;
    }

    // Amazon DynamoDB developer guide, "Supported data types and naming rules in Amazon DynamoDB".
    private static string CheckTableName(ParseContext context, AttributeData table)
    {
        var name = TableNameOf(table, context.Type);
        if (name.Length is < 3 or > 255 || !name.All(static one => one is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-' or '.'))
        {
            context.Report(Rules.TableName, Annotations.GetLocation(table, context.Cancellation), name);
        }

        return name;
    }

    // [CdcTable("name")], or [CdcModel(typeof(T), "name")], or what the type itself says.
    private static string TableNameOf(AttributeData table, INamedTypeSymbol type) =>
        (AwsAnnotations.GetArgument(table, "name") ?? AwsAnnotations.GetArgument(table, "tableName")) as string ?? OwnTableName(type) ?? "";

    private static string? OwnTableName(INamedTypeSymbol type) =>
        Annotations.Find(type.GetAttributes(), "CdcTableAttribute") is { } table ? Annotations.GetFirstString(table)
        : AwsAnnotations.FindTable(type) is { } aws ? AwsAnnotations.GetArgument(aws, "tableName") as string
        : null;

    private static void CheckSqlNames(ParseContext context, AttributeData table, string sqlName, List<ParsedMember> members)
    {
        if (SqlName.IsTooLong(SqlName.OfTable(sqlName)))
        {
            var location = Annotations.GetLocation(table, "SqlName", context.Cancellation) ?? Annotations.GetLocation(table, context.Cancellation);
            ReportTooLong(context, location, SqlName.OfTable(sqlName), "[CdcTable(SqlName = …)]");
        }

        // SQLite and Redshift do not tell columns apart by case alone, which is all that differs between the camel case of two attributes.
        var columns = new Dictionary<string, string>(context.ColumnNaming == NamingPolicy.CamelCase ? System.StringComparer.OrdinalIgnoreCase : System.StringComparer.Ordinal)
        {
            [SqlName.Version] = "the version that the sink adds",
            [SqlName.DeletedAt] = "the removal time that the sink adds",
        };
        foreach (var member in members.Where(static member => !member.Model.Column.IsIgnored))
        {
            var location = context.LocationOf(member.Candidate.Symbol);
            if (SqlName.IsTooLong(member.Model.ColumnName))
            {
                ReportTooLong(context, location, member.Model.ColumnName, "[CdcColumn]");
            }

            if (columns.TryGetValue(member.Model.ColumnName, out var other))
            {
                context.Report(Rules.ColumnClash, location, other, member.Model.Name, member.Model.ColumnName);
            }
            else
            {
                columns.Add(member.Model.ColumnName, member.Model.Name);
            }
        }
    }

    private static void ReportTooLong(ParseContext context, Location? location, string name, string remedy) => context.Report(
        Rules.SqlNameTooLong, location, name,
        Encoding.UTF8.GetByteCount(name).ToString(System.Globalization.CultureInfo.InvariantCulture),
        SqlName.MaximumBytes.ToString(System.Globalization.CultureInfo.InvariantCulture), remedy);
}
