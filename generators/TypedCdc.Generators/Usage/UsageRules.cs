// What programs that use models are held to. Each rule has a page: src/TypedCdc/docs/rules/{Id}.md.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;

namespace TypedCdc.Generators.Usage;

/// <summary>The rules of types that are used as models.</summary>
internal static class UsageRules
{
    public static readonly DiagnosticDescriptor KeyWithoutTable = new(
        "TCDC022", "A type with a partition key is not a model",
        "'{0}' has a [PartitionKey] but no [CdcTable]: no code is generated for it, and it cannot be used as a model",
        Rules.Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC022"));

    public static readonly DiagnosticDescriptor NotAModel = new(
        "TCDC023", "A type argument is not a model",
        "'{0}' is not a model, and '{1}' needs one: add [CdcTable(\"…\")] to it, or name it in [CdcModel(typeof({0}))]",
        Rules.Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC023"));

    public static ImmutableArray<DiagnosticDescriptor> All => [KeyWithoutTable, NotAModel];
}
