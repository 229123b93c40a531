// What the samples tell about a model. Each rule has a page: src/TypedCdc/docs/rules/{Id}.md.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;

namespace TypedCdc.Generators.Samples;

/// <summary>The rules of samples. TCDC100 is also what the build says of a file that it does not hand to the compiler.</summary>
internal static class SampleRules
{
    private const string Category = "TypedCdc";

    public static readonly DiagnosticDescriptor TooLarge = new(
        "TCDC100", "A sample file is too large",
        "The sample file is larger than 8 MB and is not checked. Use a part of it.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC100"));

    public static readonly DiagnosticDescriptor Unmapped = new(
        "TCDC101", "A sample attribute is not mapped",
        "'{1}' has no member for attribute '{0}', which is {2} in {3} of {4}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC101"));

    public static readonly DiagnosticDescriptor WrongType = new(
        "TCDC102", "A member's type differs from the samples",
        "'{0}' is '{1}' and takes {2}, but in {3} of {4} of the samples the attribute '{5}' {6} (first: {7})",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC102"));

    public static readonly DiagnosticDescriptor NeverSeen = new(
        "TCDC103", "A mapped attribute is missing from all samples",
        "'{0}' is mapped to attribute '{1}', which none of {2} in the samples has",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC103"));

    public static readonly DiagnosticDescriptor DoesNotFit = new(
        "TCDC104", "A sample value does not fit its member",
        "'{0}' is '{1}', but {2} of {3} values of the attribute '{4}' in the samples do not fit: {5} (first: {6}).{7}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC104"));

    public static readonly DiagnosticDescriptor Missing = new(
        "TCDC105", "Samples lack a non-nullable member",
        "'{0}' is not nullable, but in the samples the attribute '{1}' is {2} of {3} (first: {4}): {5}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC105"));

    public static readonly DiagnosticDescriptor Broken = new(
        "TCDC106", "A sample cannot be read",
        "The sample record is skipped, because it {0}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC106"));

    public static readonly DiagnosticDescriptor Stopped = new(
        "TCDC107", "A sample file was read in part",
        "The sample file was checked up to here, after {0}: the check reads the first 1,000 records or 1 MB of a file, and stops after 10 invalid records",
        Category, DiagnosticSeverity.Info, true, helpLinkUri: HelpLink.Of("TCDC107"));

    public static readonly DiagnosticDescriptor NotRead = new(
        "TCDC108", "No model matches a sample file",
        "No model of this project matches this sample file: {0}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC108"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor OtherKey = new(
        "TCDC109", "The samples have a different key",
        "The key of '{0}' is {1}, but in the samples the key of its table is {2} (first: {3})",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC109"));

    public static readonly DiagnosticDescriptor KeyMismatch = new(
        "TCDC111", "A sample's key nearly matches a key pattern",
        "The key of {3} nearly matches the pattern '{1}' of '{0}', but the part '{2}' does not have the form that the pattern gives it (first: {4}): such items belong to no model",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC111"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    public static ImmutableArray<DiagnosticDescriptor> All =>
        [TooLarge, Unmapped, WrongType, NeverSeen, DoesNotFit, Missing, Broken, Stopped, NotRead, OtherKey, KeyMismatch];
}
