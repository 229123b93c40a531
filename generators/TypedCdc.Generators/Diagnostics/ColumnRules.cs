// The rules of SQL columns and indexes.
using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Diagnostics;

/// <summary>What <c>[CdcColumn]</c> and <c>[CdcIndex]</c> are held to.</summary>
internal static class ColumnRules
{
    public static readonly DiagnosticDescriptor Column = new(
        "TCDC030", "A [CdcColumn] is invalid",
        "[CdcColumn] on '{0}' is invalid: {1}",
        Rules.Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC030"));

    public static readonly DiagnosticDescriptor Index = new(
        "TCDC031", "A [CdcIndex] is invalid",
        "[CdcIndex] on '{0}' is invalid: {1}",
        Rules.Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC031"));

    public static readonly DiagnosticDescriptor KeyType = new(
        "TCDC032", "The SQL type of a key does not keep keys apart",
        "The key '{0}' cannot have the SQL type '{1}' in {2}: {3}, so that two items become one row. Use {4}.",
        Rules.Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink.Of("TCDC032"));

    /// <summary>Every rule here.</summary>
    public static IEnumerable<DiagnosticDescriptor> All() => [Column, Index, KeyType];
}
