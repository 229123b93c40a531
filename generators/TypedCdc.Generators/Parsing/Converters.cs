// [CdcConverter] on a member, a type or the assembly.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Finds converters.</summary>
internal static class Converters
{
    /// <summary>The converter that the type or the assembly names for a type; null for none.</summary>
    public static ValueShape? Of(ParseContext context, ITypeSymbol type)
    {
        foreach (var attribute in All(type.GetAttributes()))
        {
            return TargetOf(attribute) is { } target && SymbolEqualityComparer.Default.Equals(target, type) ? Use(context, attribute, type) : null;
        }

        foreach (var attribute in All(context.Compilation.Assembly.GetAttributes()))
        {
            if (TargetOf(attribute) is { } target && SymbolEqualityComparer.Default.Equals(target, type))
            {
                return Use(context, attribute, type);
            }
        }

        return null;
    }

    /// <summary>The converter that a member names. Reports one that is not for the member's type.</summary>
    /// <param name="context">The model.</param>
    /// <param name="member">The member.</param>
    /// <param name="isNamed">The member names a converter, be it a wrong one.</param>
    public static ValueShape? Of(ParseContext context, MemberCandidate member, out bool isNamed)
    {
        isNamed = false;
        foreach (var attribute in All(member.Annotations))
        {
            isNamed = true;
            if (TargetOf(attribute) is { } target && SymbolEqualityComparer.Default.Equals(target, member.UnderlyingType))
            {
                return Use(context, attribute, member.UnderlyingType);
            }

            context.Report(
                Rules.WrongConverter, Annotations.GetLocation(attribute, context.Cancellation), ConverterOf(attribute)?.Name ?? "null", member.Name,
                member.UnderlyingType.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat));
        }

        return null;
    }

    private static IEnumerable<AttributeData> All(IEnumerable<AttributeData> attributes) =>
        attributes.Where(static attribute => Annotations.Is(attribute, Annotations.CdcConverter));

    private static INamedTypeSymbol? ConverterOf(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as INamedTypeSymbol : null;

    /// <summary>The T of the CdcConverter&lt;T&gt; that the converter derives from; null where it cannot be used.</summary>
    private static ITypeSymbol? TargetOf(AttributeData attribute)
    {
        var converter = ConverterOf(attribute);
        if (converter is not { IsAbstract: false, IsUnboundGenericType: false }
            || converter.InstanceConstructors.All(static constructor => constructor.Parameters.Length > 0 || constructor.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal)))
        {
            return null;
        }

        for (var type = converter.BaseType; type is not null; type = type.BaseType)
        {
            if (type is { Name: "CdcConverter", TypeArguments.Length: 1, ContainingNamespace: { Name: "TypedCdc", ContainingNamespace.IsGlobalNamespace: true } })
            {
                return type.TypeArguments[0];
            }
        }

        return null;
    }

    private static ValueShape Use(ParseContext context, AttributeData attribute, ITypeSymbol type)
    {
        var converter = ConverterOf(attribute)!;
        var typeName = ValueClassifier.NameOf(converter);
        if (context.Converters.Find(known => known.TypeName == typeName) is not { } model)
        {
            model = new(context.Unique(converter.Name), typeName);
            context.Converters.Add(model);
        }

        var kinds = attribute.NamedArguments.FirstOrDefault(static argument => argument.Key == "Kinds").Value.Value is ushort value
            ? (AttributeKinds)value & ~AttributeKinds.NULL
            : AttributeKinds.S;
        var column = kinds switch
        {
            AttributeKinds.S => SqlColumnType.Text,
            AttributeKinds.N => SqlColumnType.Numeric,
            AttributeKinds.B => SqlColumnType.Binary,
            AttributeKinds.BOOL => SqlColumnType.Boolean,
            _ => SqlColumnType.Json,
        };
        return ValueClassifier.Make(type, ValueKind.Converted, kinds, column, $"what {converter.Name} takes") with { Codec = model.Field };
    }
}
