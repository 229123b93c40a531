// The annotations of AWS's DynamoDBContext by metadata name: a class that has them needs no others. What they mean is read here, once, with no dependency.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Parsing;

/// <summary>Reads annotations of the namespace <c>Amazon.DynamoDBv2.DataModel</c>.</summary>
internal static class AwsAnnotations
{
    private const string Namespace = "Amazon.DynamoDBv2.DataModel";
    private const string Table = "DynamoDBTableAttribute";
    private const string Renamable = "DynamoDBRenamableAttribute";

    // AWSSDK.DynamoDBv2 4.0, CaseMode.
    private const int CamelCase = 2;
    private const int LegacyCamelCase = 3;

    public const string HashKey = "DynamoDBHashKeyAttribute";
    public const string RangeKey = "DynamoDBRangeKeyAttribute";
    public const string Ignore = "DynamoDBIgnoreAttribute";
    public const string Constructor = "DynamoDBConstructorAttribute";

    /// <summary>The annotation of exactly this class: an index's hash key derives from the table's, but is no key of the table.</summary>
    public static AttributeData? Find(IEnumerable<AttributeData> attributes, string name) => attributes.FirstOrDefault(attribute => Is(attribute.AttributeClass, name));

    /// <summary>The type's <c>[DynamoDBTable]</c>, which is inherited; null for none.</summary>
    public static AttributeData? FindTable(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (Find(current.GetAttributes(), Table) is { } table)
            {
                return table;
            }
        }

        return null;
    }

    /// <summary>How <c>[DynamoDBTable]</c> has attributes named. DynamoDBContext lowers only the first character, and the older way only in the item itself.</summary>
    public static NamingPolicy GetNaming(AttributeData table)
    {
        var isLegacy = GetArgument(table, "lowerCamelCaseProperties") is true || GetNamed(table, "LowerCamelCaseProperties") is true;
        var casing = (GetArgument(table, "attributeCasing") ?? GetNamed(table, "AttributeCasing")) as int? ?? 0;
        return casing == CamelCase ? NamingPolicy.LowerFirst
            : isLegacy || casing == LegacyCamelCase ? NamingPolicy.LowerFirstOfItem
            : NamingPolicy.Exact;
    }

    /// <summary>The attribute's name that a member is given; null for none.</summary>
    public static string? GetAttributeName(IEnumerable<AttributeData> attributes) => attributes
        .Where(static attribute => DerivesFrom(attribute.AttributeClass, Renamable))
        .Select(static attribute => GetArgument(attribute, "attributeName") as string ?? GetNamed(attribute, "AttributeName") as string)
        .FirstOrDefault(static name => !string.IsNullOrEmpty(name));

    /// <summary>The member is kept as seconds since 1970.</summary>
    public static bool IsEpoch(IEnumerable<AttributeData> attributes) => attributes.Any(static attribute => DerivesFrom(attribute.AttributeClass, Renamable)
        && (GetArgument(attribute, "storeAsEpoch") is true || GetNamed(attribute, "StoreAsEpoch") is true || GetNamed(attribute, "StoreAsEpochLong") is true));

    /// <summary>Whether a member has any of the annotations that map it.</summary>
    public static bool IsAnnotated(IEnumerable<AttributeData> attributes) => attributes.Any(static attribute => DerivesFrom(attribute.AttributeClass, Renamable));

    /// <summary>The annotation whose meaning cannot be kept, with its name; null for none.</summary>
    public static (AttributeData Attribute, string Name)? FindUnkept(IEnumerable<AttributeData> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (Is(attribute.AttributeClass, "DynamoDBFlattenAttribute") || Is(attribute.AttributeClass, "DynamoDBPolymorphicTypeAttribute"))
            {
                return (attribute, attribute.AttributeClass!.Name.Substring(0, attribute.AttributeClass.Name.Length - "Attribute".Length));
            }

            if (DerivesFrom(attribute.AttributeClass, Renamable) && (GetArgument(attribute, "converter") ?? GetNamed(attribute, "Converter")) is INamedTypeSymbol converter)
            {
                return (attribute, converter.Name);
            }
        }

        return null;
    }

    /// <summary>Whether the annotation names a derived type; on a base type it is kept.</summary>
    public static bool IsPolymorphicType(AttributeData attribute) => Is(attribute.AttributeClass, "DynamoDBPolymorphicTypeAttribute");

    /// <summary>The value of a constructor's parameter by its name.</summary>
    public static object? GetArgument(AttributeData attribute, string parameter)
    {
        for (var i = 0; i < attribute.ConstructorArguments.Length; i++)
        {
            if (attribute.AttributeConstructor?.Parameters[i].Name == parameter && attribute.ConstructorArguments[i].Kind != TypedConstantKind.Array)
            {
                return attribute.ConstructorArguments[i].Value;
            }
        }

        return null;
    }

    private static object? GetNamed(AttributeData attribute, string name) => attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;

    private static bool Is(INamedTypeSymbol? type, string name) => type is not null && type.Name == name && type.ContainingNamespace.ToDisplayString() == Namespace;

    private static bool DerivesFrom(INamedTypeSymbol? type, string name)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (Is(current, name))
            {
                return true;
            }
        }

        return false;
    }
}
