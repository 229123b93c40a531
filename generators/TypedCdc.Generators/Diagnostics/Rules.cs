// Every rule in one place. Each has a page with its reason, a wrong and a right example: src/TypedCdc/docs/rules/{Id}.md.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Diagnostics;

/// <summary>The rules that models are held to.</summary>
internal static class Rules
{
    internal const string Category = "TypedCdc";

    public static readonly DiagnosticDescriptor NotPartial = new(
        "TCDC001", "A model must be partial",
        "'{0}' must be partial: the generator adds the decoder of the model '{1}' to it",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC001"));

    public static readonly DiagnosticDescriptor NoPartitionKey = new(
        "TCDC002", "A model needs a partition key",
        "'{0}' has no [PartitionKey] member: without it a change cannot be tied to its item",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC002"));

    public static readonly DiagnosticDescriptor TwoKeys = new(
        "TCDC003", "A model has one key of each kind",
        "'{0}' is a second {1} of '{2}'; '{3}' is one already",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC003"));

    public static readonly DiagnosticDescriptor KeyType = new(
        "TCDC004", "A key is an S, an N or a B",
        "'{0}' cannot be a key: DynamoDB takes an S, an N or a B there, and '{1}' is none of them",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC004"));

    public static readonly DiagnosticDescriptor AttributeClash = new(
        "TCDC005", "Two members read one attribute",
        "'{0}' and '{1}' both read the attribute '{2}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC005"));

    public static readonly DiagnosticDescriptor ColumnClash = new(
        "TCDC006", "Two members have one SQL column",
        "The attributes of '{0}' and '{1}' both become the SQL column '{2}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC006"));

    public static readonly DiagnosticDescriptor NameTaken = new(
        "TCDC007", "A generated member gets another name",
        "'{0}' has a member named '{1}', so the generated one is named '{2}'",
        Category, DiagnosticSeverity.Info, true, helpLinkUri: HelpLink.Of("TCDC007"));

    public static readonly DiagnosticDescriptor UnsupportedType = new(
        "TCDC008", "A member's type has no place in an attribute",
        "'{0}' is of type '{1}', which cannot be read from an attribute",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC008"));

    public static readonly DiagnosticDescriptor NothingFills = new(
        "TCDC009", "Nothing fills a non-nullable member",
        "'{0}' is not nullable, but nothing fills it when the attribute '{1}' is absent: such items fail to decode. Make it nullable or required, or give it an initializer.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC009"));

    public static readonly DiagnosticDescriptor SqlNameTooLong = new(
        "TCDC010", "A SQL name is too long",
        "The SQL name '{0}' has {1} bytes, and databases keep {2}. Give a shorter one by {3}.",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC010"));

    public static readonly DiagnosticDescriptor TableName = new(
        "TCDC011", "Not a name that DynamoDB takes for a table",
        "'{0}' cannot be the name of a DynamoDB table: 3 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC011"));

    public static readonly DiagnosticDescriptor Unreachable = new(
        "TCDC012", "A member cannot be filled",
        "'{0}' has no setter and no parameter of the constructor fills it: it never gets the attribute '{1}'",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC012"));

    public static readonly DiagnosticDescriptor NoConstructor = new(
        "TCDC013", "No constructor fits the model",
        "'{0}' cannot be made: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC013"));

    public static readonly DiagnosticDescriptor ModelShape = new(
        "TCDC014", "This type cannot be a model",
        "'{0}' cannot be a model: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC014"));

    public static readonly DiagnosticDescriptor RequiredNotMapped = new(
        "TCDC015", "A required member is not mapped",
        "'{0}' is required but not mapped, so the model cannot be made",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC015"));

    public static readonly DiagnosticDescriptor InexactKey = new(
        "TCDC016", "A binary floating-point key is inexact",
        "'{0}' is a key of type '{1}': different numbers of DynamoDB's 38 digits become the same key. Use decimal or an integer.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC016"));

    public static readonly DiagnosticDescriptor AttributeName = new(
        "TCDC017", "Not a name that DynamoDB takes for an attribute",
        "The attribute name of '{0}' is {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC017"));

    public static readonly DiagnosticDescriptor WrongEncoding = new(
        "TCDC018", "An annotation does not fit the member's type",
        "{0} on '{1}' is for {2}, not for '{3}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC018"));

    public static readonly DiagnosticDescriptor WrongConverter = new(
        "TCDC019", "A converter is not for the member's type",
        "'{0}' on '{1}' is no CdcConverter<{2}> with a constructor without parameters",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC019"));

    public static readonly DiagnosticDescriptor WrongOverflow = new(
        "TCDC020", "A member cannot take the attributes that are not mapped",
        "'{0}' cannot take the attributes that are not mapped: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC020"));

    public static readonly DiagnosticDescriptor AwsAnnotation = new(
        "TCDC021", "An annotation of the AWS SDK is not kept",
        "'{0}' on '{1}' has no meaning here: the member is read as its type says. Use [CdcConverter], or [CdcIgnore].",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC021"));

    public static readonly DiagnosticDescriptor KeyPattern = new(
        "TCDC040", "A key pattern is not right",
        "The key pattern '{0}' is not right: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC040"));

    public static readonly DiagnosticDescriptor AmbiguousModels = new(
        "TCDC041", "Two models of one table cannot be told apart",
        "An item of the table '{0}' can be both a '{1}' and a '{2}': {3}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC041"));

    public static readonly DiagnosticDescriptor DerivedType = new(
        "TCDC042", "A derived type does not fit its base",
        "'{0}' cannot be a derived type of '{1}': {2}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC042"));

    private static readonly Dictionary<string, DiagnosticDescriptor> ById = All().ToDictionary(static rule => rule.Id);

    /// <summary>Every rule.</summary>
    public static IEnumerable<DiagnosticDescriptor> All() =>
    [
        NotPartial, NoPartitionKey, TwoKeys, KeyType, AttributeClash, ColumnClash, NameTaken, UnsupportedType, NothingFills, SqlNameTooLong, TableName,
        Unreachable, NoConstructor, ModelShape, RequiredNotMapped, InexactKey, AttributeName, WrongEncoding, WrongConverter,
        WrongOverflow, AwsAnnotation, KeyPattern, AmbiguousModels, DerivedType,
        .. ColumnRules.All(),
    ];

    public static DiagnosticDescriptor Get(string id) => ById[id];
}
