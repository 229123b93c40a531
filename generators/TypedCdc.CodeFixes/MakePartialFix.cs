// TCDC001: the generator can only add to a type that is partial, and so must be the types around it.
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace TypedCdc.CodeFixes;

/// <summary>Adds <c>partial</c> to a model and the types around it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialFix)), Shared]
public sealed class MakePartialFix : ModelCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TCDC001"];

    /// <inheritdoc/>
    protected override string? GetTitle(SyntaxNode root, SemanticModel model, Diagnostic diagnostic, CancellationToken cancellation) =>
        Find(root, diagnostic) is { } type ? $"Make '{type.Identifier.ValueText}' partial" : null;

    /// <inheritdoc/>
    protected override void Fix(SyntaxEditor editor, SemanticModel model, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        var types = diagnostics.SelectMany(diagnostic => Find(editor.OriginalRoot, diagnostic)!.AncestorsAndSelf().OfType<TypeDeclarationSyntax>())
            .Where(static type => !type.Modifiers.Any(SyntaxKind.PartialKeyword))
            .Distinct();
        foreach (var type in types)
        {
            editor.ReplaceNode(type, static (node, _) => Partial.Of((TypeDeclarationSyntax)node));
        }
    }

    private static TypeDeclarationSyntax? Find(SyntaxNode root, Diagnostic diagnostic) =>
        root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>();
}
