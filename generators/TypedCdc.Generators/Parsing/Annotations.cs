// The annotations by metadata name, so that the generator depends on no version of TypedCdc.
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.Generators.Parsing;

/// <summary>Finds TypedCdc's annotations.</summary>
internal static class Annotations
{
    public const string CdcTable = "TypedCdc.CdcTableAttribute";
    public const string CdcModel = "TypedCdc.CdcModelAttribute";
    public const string PartitionKey = "PartitionKeyAttribute";
    public const string SortKey = "SortKeyAttribute";
    public const string CdcAttribute = "CdcAttributeAttribute";
    public const string CdcIgnore = "CdcIgnoreAttribute";
    public const string CdcColumn = "CdcColumnAttribute";
    public const string CdcOverflow = "CdcOverflowAttribute";
    public const string CdcConverter = "CdcConverterAttribute";
    public const string CdcConstructor = "CdcConstructorAttribute";
    public const string CdcDerivedType = "CdcDerivedTypeAttribute";
    public const string CdcDiscriminator = "CdcDiscriminatorAttribute";
    public const string UnixTime = "UnixTimeAttribute";
    public const string EnumNumber = "EnumNumberAttribute";

    public static AttributeData? Find(IEnumerable<AttributeData> attributes, string name) =>
        attributes.FirstOrDefault(attribute => Is(attribute, name));

    public static string? GetNamedString(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value as string;

    public static string? GetFirstString(AttributeData attribute) =>
        attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string : null;

    /// <summary>Where the annotation stands: its first argument if it has one and it is positional, else all of it.</summary>
    public static Location? GetLocation(AttributeData attribute, CancellationToken cancellation)
    {
        var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;
        return syntax?.ArgumentList?.Arguments.FirstOrDefault(static argument => argument.NameEquals is null)?.GetLocation() ?? syntax?.GetLocation();
    }

    /// <summary>Where the annotation stands, with its arguments.</summary>
    public static Location? GetWholeLocation(AttributeData attribute, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation();

    /// <summary>Where a named argument stands.</summary>
    public static Location? GetLocation(AttributeData attribute, string argumentName, CancellationToken cancellation) =>
        (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax)?.ArgumentList?.Arguments
            .FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == argumentName)?.GetLocation();

    public static bool Is(AttributeData attribute, string name) =>
        attribute.AttributeClass is { ContainingNamespace: { Name: "TypedCdc", ContainingNamespace.IsGlobalNamespace: true } } type && type.Name == name;
}
