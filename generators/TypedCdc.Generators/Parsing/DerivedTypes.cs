// [CdcDerivedType(typeof(Dog), "dog")], or AWS's [DynamoDBPolymorphicType("dog", typeof(Dog))], on a base type: the types that its values can be of.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Parsing;

/// <summary>A derived type as an annotation names it.</summary>
/// <param name="Type">The type.</param>
/// <param name="Value">The discriminator's value; null for the base itself, where no annotation names it.</param>
/// <param name="Location">Where the annotation says it.</param>
internal sealed record DerivedType(INamedTypeSymbol Type, string? Value, Location? Location);

/// <summary>Finds derived types.</summary>
internal static class DerivedTypes
{
    /// <summary>The attribute that System.Text.Json and DynamoDBContext use unless they are told of another.</summary>
    private const string DefaultDiscriminator = "$type";

    public static bool IsBase(ITypeSymbol type) => type.GetAttributes().Any(IsDerivedType);

    /// <summary>The derived types of a base, in the order of the annotations; the base itself at the end where it can be made.</summary>
    public static List<DerivedType> Of(ParseContext context, INamedTypeSymbol type)
    {
        var derived = new List<DerivedType>();
        foreach (var attribute in type.GetAttributes().Where(IsDerivedType))
        {
            var arguments = attribute.ConstructorArguments;
            if (arguments.Select(static argument => argument.Value).OfType<INamedTypeSymbol>().FirstOrDefault() is { TypeKind: not TypeKind.Error } one)
            {
                derived.Add(new(
                    one, arguments.Select(static argument => argument.Value).OfType<string>().FirstOrDefault() ?? one.Name,
                    Annotations.GetWholeLocation(attribute, context.Cancellation)));
            }
        }

        if (type is { IsAbstract: false, TypeKind: not TypeKind.Interface } && !derived.Exists(one => SymbolEqualityComparer.Default.Equals(one.Type, type)))
        {
            derived.Add(new(type, null, null));
        }

        return derived;
    }

    /// <summary>The attribute that says which of them an item or a map is.</summary>
    /// <param name="type">The base.</param>
    /// <param name="table">The annotation of the table; null for a model inside another.</param>
    public static string DiscriminatorOf(INamedTypeSymbol type, AttributeData? table) =>
        (table is null ? null : Annotations.GetNamedString(table, "Discriminator"))
        ?? (Annotations.Find(type.GetAttributes(), Annotations.CdcDiscriminator) is { } annotation ? Annotations.GetFirstString(annotation) : null)
        ?? DefaultDiscriminator;

    private static bool IsDerivedType(AttributeData attribute) => Annotations.Is(attribute, Annotations.CdcDerivedType) || AwsAnnotations.IsPolymorphicType(attribute);
}
