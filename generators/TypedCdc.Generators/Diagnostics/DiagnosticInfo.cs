// A diagnostic as data: the pipeline compares it, and no syntax tree stays alive for it.
using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Diagnostics;

/// <summary>A diagnostic before it has its place in the compilation at hand.</summary>
/// <param name="Id">The rule, one of <see cref="Rules"/>.</param>
/// <param name="Path">The file.</param>
/// <param name="Start">Where it begins in the file's text.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Arguments">What the message is filled with.</param>
internal sealed record DiagnosticInfo(string Id, string Path, int Start, int Length, EquatableArray<string> Arguments)
{
    public static DiagnosticInfo Create(DiagnosticDescriptor rule, Location? location, params string[] arguments) => new(
        rule.Id,
        location?.SourceTree?.FilePath ?? "",
        location?.SourceSpan.Start ?? 0,
        location?.SourceSpan.Length ?? 0,
        new(arguments));

    /// <summary>The diagnostic at its place in <paramref name="compilation"/>: only a location in a syntax tree can be suppressed by <c>#pragma</c>.</summary>
    public Diagnostic ToDiagnostic(Compilation compilation)
    {
        var tree = Path.Length == 0 && Length == 0 ? null : compilation.SyntaxTrees.FirstOrDefault(tree => string.Equals(tree.FilePath, Path, StringComparison.Ordinal)
            && tree.Length >= Start + Length);
        var location = tree is null ? Location.None : Location.Create(tree, new TextSpan(Start, Length));
        return Diagnostic.Create(Rules.Get(Id), location, Arguments.ToArray<object>());
    }
}
