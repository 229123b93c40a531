// A base type with its derived types as one object: the union of their attributes, and each type as a part of it.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Parses base types.</summary>
internal static class PolymorphicParser
{
    /// <summary>Parses the context's type and its derived types; no model where one of them cannot be one.</summary>
    public static ParsedObject Parse(ParseContext context, string discriminator)
    {
        var parsed = new List<(DerivedType Type, ParsedObject Object)>();
        var values = new Dictionary<string, string>();
        var isWhole = true;
        foreach (var derived in DerivedTypes.Of(context, context.Type))
        {
            if (FindFault(context, derived.Type) is { } fault)
            {
                context.Report(Rules.DerivedType, derived.Location, derived.Type.Name, context.Type.Name, fault);
                isWhole = false;
                continue;
            }

            if (derived.Value is { } value && values.TryGetValue(value, out var other))
            {
                context.Report(Rules.DerivedType, derived.Location, derived.Type.Name, context.Type.Name, $"'{other}' has the value '{value}' of the attribute '{discriminator}' already");
                isWhole = false;
            }
            else if (derived.Value is not null)
            {
                values.Add(derived.Value, derived.Type.Name);
            }

            var one = ObjectParser.ParseOne(context.ForDerived(derived.Type, derived.Location))!;
            isWhole &= one.Model is not null;
            parsed.Add((derived, one));
        }

        var union = new List<ParsedMember>();
        var ordinals = parsed.ConvertAll(one => one.Object.Members.ConvertAll(member => Add(context, union, one.Type.Type, member, ref isWhole)));
        for (var i = 0; i < union.Count; i++)
        {
            union[i] = Merge(union[i], parsed.SelectMany((one, type) => one.Object.Members.Where((_, own) => ordinals[type][own] == i)).ToList(), parsed.Count);
        }

        var ordinal = FindDiscriminator(context, discriminator, union, hasDefault: parsed.Exists(static one => one.Type.Value is null));
        var members = union.Select(static member => member.Model).ToEquatableArray();
        var model = !isWhole ? null : new ObjectModel
        {
            FullName = ValueClassifier.NameOf(context.Type),
            Members = members,
            Constructor = EquatableArray<ConstructorArgument>.Empty,
            Polymorphic = new(discriminator, ordinal, parsed.Select((one, index) => new DerivedModel(
                context.Unique(one.Type.Type.Name), one.Type.Value, ToPart(one.Object.Model!, members, ordinals[index]))).ToEquatableArray()),
        };
        var candidates = MemberCollector.Collect(context);
        foreach (var key in union.Where(key => key.Model.Key != KeyRole.None && !candidates.Exists(candidate => candidate.Name == key.Candidate.Name)))
        {
            context.Report(Rules.DerivedType, context.LocationOf(key.Candidate.Symbol), key.Candidate.Symbol.ContainingType.Name, context.Type.Name, $"its key '{key.Model.Name}' is no member of the base");
            model = null;
        }

        return new(candidates, union, model, parsed.Count > 0 ? parsed[0].Object.Patterns : []);
    }

    private static string? FindFault(ParseContext context, INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "it is an interface",
        { IsAbstract: true } => "it is abstract",
        { IsGenericType: true } => "it is generic",
        { TypeKind: not (TypeKind.Class or TypeKind.Struct) } => "it is neither a class nor a struct",
        _ when !context.Compilation.ClassifyCommonConversion(type, context.Type).IsImplicit => $"it is no '{context.Type.Name}'",
        _ when !context.IsReachable(type) => "it cannot be reached from here",
        _ => null,
    };

    // The ordinal of the attribute among those of all types.
    private static int Add(ParseContext context, List<ParsedMember> union, INamedTypeSymbol type, ParsedMember member, ref bool isWhole)
    {
        var found = union.FindIndex(other => other.Model.AttributeName == member.Model.AttributeName && other.Model.IsKeyPart == member.Model.IsKeyPart
            && (!member.Model.IsKeyPart || other.Model.Name == member.Model.Name));
        if (found < 0)
        {
            // One name for two attributes: the later one is named after its type too, where all of them stand side by side.
            var name = union.Exists(other => other.Model.Name == member.Model.Name) ? type.Name + member.Model.Name : member.Model.Name;
            union.Add(member with { Model = member.Model with { Name = name, Identifier = ModelShape.IdentifierOf(name) } });
            return union.Count - 1;
        }

        if (union[found].Model.Shape != member.Model.Shape || union[found].Model.ColumnName != member.Model.ColumnName)
        {
            context.Report(
                Rules.DerivedType, context.LocationOf(member.Candidate.Symbol), type.Name, context.Type.Name,
                $"its '{member.Model.Name}' reads the attribute '{member.Model.AttributeName}' as '{member.Model.Shape.DisplayName}' into the column '{member.Model.ColumnName}', "
                + $"another type as '{union[found].Model.Shape.DisplayName}' into '{union[found].Model.ColumnName}'");
            isWhole = false;
        }

        return found;
    }

    // What is true of the attribute whichever type the item is of.
    private static ParsedMember Merge(ParsedMember first, List<ParsedMember> all, int types) => first with
    {
        Parameter = null,
        Model = first.Model with
        {
            IsRequired = all.Count == types && all.TrueForAll(static one => one.Model.IsRequired),
            IsNullable = all.Exists(static one => one.Model.IsNullable),
            IsPublic = all.Exists(static one => one.Model.IsPublic),
            CanRead = all.Exists(static one => one.Model.CanRead),
            Filling = all.Count == types && all.TrueForAll(static one => one.Model.Filling == Filling.Initializer) ? Filling.Initializer : Filling.Setter,
            DefaultValue = null,
        },
    };

    // Kept as an attribute of its own, and so as a column, whether or not a member has it.
    private static int FindDiscriminator(ParseContext context, string attribute, List<ParsedMember> union, bool hasDefault)
    {
        var ordinal = union.FindIndex(member => !member.Model.IsKeyPart && member.Model.AttributeName == attribute);
        if (ordinal >= 0)
        {
            if (union[ordinal].Model.Shape.Kind != ValueKind.String)
            {
                context.Report(Rules.DerivedType, context.LocationOf(union[ordinal].Candidate.Symbol), union[ordinal].Model.Name, context.Type.Name, "it has the discriminator's attribute and is no string");
            }

            return ordinal;
        }

        var name = new string(attribute.Where(char.IsLetterOrDigit).ToArray());
        name = name.Length == 0 || char.IsDigit(name[0]) ? "Discriminator" : char.ToUpperInvariant(name[0]) + name.Substring(1);
        name = union.Exists(member => member.Model.Name == name) ? name + "Discriminator" : name;
        var text = context.Compilation.GetSpecialType(SpecialType.System_String);
        union.Add(new(new(context.Type, context.Cancellation), null, new()
        {
            Name = name,
            Identifier = ModelShape.IdentifierOf(name),
            AttributeName = attribute,
            ColumnName = NamingPolicies.ColumnOf(context.ColumnNaming, attribute),
            Column = ColumnModel.Default,
            Shape = ValueClassifier.Make(text, ValueKind.String, AttributeKinds.S, SqlColumnType.Text, "an S that names a derived type"),
            Filling = Filling.Setter,
            IsRequired = !hasDefault,
            IsPublic = true,
            DeclaringType = ValueClassifier.NameOf(context.Type),
        }));
        return union.Count - 1;
    }

    private static ObjectModel ToPart(ObjectModel derived, EquatableArray<MemberModel> union, List<int> ordinals) => derived with
    {
        Members = union.Select((member, ordinal) => ordinals.IndexOf(ordinal) is var own and >= 0 ? derived.Members[own] : member).ToEquatableArray(),
        Constructor = derived.Constructor.Select(argument => argument with { Ordinal = ordinals[argument.Ordinal] }).ToEquatableArray(),
        Own = ordinals.ToEquatableArray(),
    };
}
