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
        "'{0}' has no [PartitionKey] member: a change cannot be related to its item without one",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC002"));

    public static readonly DiagnosticDescriptor TwoKeys = new(
        "TCDC003", "A model has at most one key of each kind",
        "'{0}' is a second {1} of '{2}'; '{3}' already is the {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC003"));

    public static readonly DiagnosticDescriptor KeyType = new(
        "TCDC004", "A key must be a string, a number or a binary",
        "'{0}' cannot be a key: a DynamoDB key is a string, a number or a binary, and '{1}' is none of these",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC004"));

    public static readonly DiagnosticDescriptor AttributeClash = new(
        "TCDC005", "Two members map the same attribute",
        "'{0}' and '{1}' both map the attribute '{2}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC005"));

    public static readonly DiagnosticDescriptor ColumnClash = new(
        "TCDC006", "Two members map to the same SQL column",
        "'{0}' and '{1}' both map to the SQL column '{2}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC006"));

    public static readonly DiagnosticDescriptor NameTaken = new(
        "TCDC007", "A generated member is renamed",
        "'{0}' already has a member named '{1}', so the generated member is named '{2}'",
        Category, DiagnosticSeverity.Info, true, helpLinkUri: HelpLink.Of("TCDC007"));

    public static readonly DiagnosticDescriptor UnsupportedType = new(
        "TCDC008", "A member's type is not supported",
        "'{0}' has the unsupported type '{1}'. Supported are text, numbers, bool, Guid, Uri, dates and times, enums, byte[] and MemoryStream, JSON, and lists, sets, dictionaries and classes of these. For another type, write a CdcConverter<{1}> and add [CdcConverter], or exclude the member with [CdcIgnore].",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC008"));

    public static readonly DiagnosticDescriptor NothingFills = new(
        "TCDC009", "A non-nullable member may be left without a value",
        "'{0}' is not nullable and has no initializer: an item without the attribute '{1}' fails to decode. Make it nullable or required, or give it an initializer.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC009"));

    public static readonly DiagnosticDescriptor SqlNameTooLong = new(
        "TCDC010", "A SQL name is too long",
        "The SQL name '{0}' has {1} bytes, but databases keep only {2}. Set a shorter name with {3}.",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC010"));

    public static readonly DiagnosticDescriptor TableName = new(
        "TCDC011", "The table name is not valid in DynamoDB",
        "'{0}' is not a valid DynamoDB table name: use 3 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC011"));

    public static readonly DiagnosticDescriptor Unreachable = new(
        "TCDC012", "A member cannot be set",
        "'{0}' has no setter, and no constructor parameter sets it: it never receives the attribute '{1}'",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC012"));

    public static readonly DiagnosticDescriptor NoConstructor = new(
        "TCDC013", "The model has no suitable constructor",
        "'{0}' cannot be created: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC013"));

    public static readonly DiagnosticDescriptor ModelShape = new(
        "TCDC014", "This type cannot be a model",
        "'{0}' cannot be a model: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC014"));

    public static readonly DiagnosticDescriptor RequiredNotMapped = new(
        "TCDC015", "A required member is not mapped",
        "'{0}' is required but not mapped, so the model cannot be created",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC015"));

    public static readonly DiagnosticDescriptor InexactKey = new(
        "TCDC016", "A binary floating-point key is not exact",
        "'{0}' is a key of type '{1}': different DynamoDB numbers (38 digits) become the same key. Use decimal or an integer type.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC016"));

    public static readonly DiagnosticDescriptor AttributeName = new(
        "TCDC017", "The attribute name is not valid in DynamoDB",
        "The attribute name of '{0}' is {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC017"));

    public static readonly DiagnosticDescriptor WrongEncoding = new(
        "TCDC018", "An annotation does not apply to the member's type",
        "{0} on '{1}' applies to {2}, not to '{3}'",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC018"));

    public static readonly DiagnosticDescriptor WrongConverter = new(
        "TCDC019", "A converter does not match the member's type",
        "'{0}' on '{1}' must derive from CdcConverter<{2}> and have a parameterless constructor",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC019"));

    public static readonly DiagnosticDescriptor WrongOverflow = new(
        "TCDC020", "A member cannot hold unmapped attributes",
        "'{0}' cannot hold the unmapped attributes: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC020"));

    public static readonly DiagnosticDescriptor AwsAnnotation = new(
        "TCDC021", "An annotation of the AWS SDK is ignored",
        "'{0}' on '{1}' is ignored: the member is read by its type. Use [CdcConverter] or [CdcIgnore].",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC021"));

    public static readonly DiagnosticDescriptor KeyPattern = new(
        "TCDC040", "A key pattern is invalid",
        "The key pattern '{0}' is invalid: {1}",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC040"));

    public static readonly DiagnosticDescriptor AmbiguousModels = new(
        "TCDC041", "Items of one table match two models",
        "An item of table '{0}' can match both '{1}' and '{2}': {3}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC041"));

    public static readonly DiagnosticDescriptor DerivedType = new(
        "TCDC042", "A derived type is invalid",
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
