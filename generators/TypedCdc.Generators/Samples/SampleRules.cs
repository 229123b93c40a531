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
        "The sample is over 8 MB and is left out: nothing is checked against it. Cut out a part of it.",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC100"));

    public static readonly DiagnosticDescriptor Unmapped = new(
        "TCDC101", "No member maps an attribute of the samples",
        "The samples have an attribute '{0}' that no member of '{1}' maps: {2} in {3} of {4}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC101"));

    public static readonly DiagnosticDescriptor WrongType = new(
        "TCDC102", "A member's type is not the attribute's",
        "'{0}' is '{1}' and takes {2}, but in {3} of {4} of the samples the attribute '{5}' {6} (first: {7})",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC102"));

    public static readonly DiagnosticDescriptor NeverSeen = new(
        "TCDC103", "No sample has a member's attribute",
        "'{0}' is read from the attribute '{1}', which none of {2} in the samples has",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC103"));

    public static readonly DiagnosticDescriptor DoesNotFit = new(
        "TCDC104", "A value of the samples does not fit its member",
        "'{0}' is '{1}', but {2} of {3} values of the attribute '{4}' in the samples do not fit: {5} (first: {6}).{7}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC104"));

    public static readonly DiagnosticDescriptor Missing = new(
        "TCDC105", "Samples miss a member that is not nullable",
        "'{0}' is not nullable, but in the samples the attribute '{1}' is {2} of {3} (first: {4}): {5}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC105"));

    public static readonly DiagnosticDescriptor Broken = new(
        "TCDC106", "A sample cannot be read",
        "This sample record is left out, because it {0}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC106"));

    public static readonly DiagnosticDescriptor Stopped = new(
        "TCDC107", "The rest of a sample file was not read",
        "The check of the samples stopped here, after {0}: it reads the first 1,000 records or 1 MB of a file, and no further than 10 broken records",
        Category, DiagnosticSeverity.Info, true, helpLinkUri: HelpLink.Of("TCDC107"));

    public static readonly DiagnosticDescriptor NotRead = new(
        "TCDC108", "No model reads a sample file",
        "No model in this project is checked against this sample: {0}",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC108"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor OtherKey = new(
        "TCDC109", "The samples have another key",
        "The key of '{0}' is {1}, but in the samples the key of its table is {2} (first: {3})",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC109"));

    public static readonly DiagnosticDescriptor KeyMismatch = new(
        "TCDC111", "A sample's key nearly matches a key pattern",
        "The key of {3} nearly matches the pattern '{1}' of '{0}', but the part '{2}' does not have the form that the pattern gives it (first: {4}): such items belong to no model",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink.Of("TCDC111"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    public static ImmutableArray<DiagnosticDescriptor> All =>
        [TooLarge, Unmapped, WrongType, NeverSeen, DoesNotFit, Missing, Broken, Stopped, NotRead, OtherKey, KeyMismatch];
}
