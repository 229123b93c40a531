// Adds an annotation to a type, on a line of its own above it.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.CodeFixes;

/// <summary>Annotations of types.</summary>
internal static class Annotations
{
    /// <summary>The type with a further annotation, before those that it has.</summary>
    /// <param name="type">The type.</param>
    /// <param name="annotation">The annotation without its brackets.</param>
    public static TypeDeclarationSyntax Add(TypeDeclarationSyntax type, string annotation)
    {
        var leading = type.GetLeadingTrivia();
        var indentation = leading.Count > 0 && leading[leading.Count - 1].IsKind(SyntaxKind.WhitespaceTrivia) ? SyntaxFactory.TriviaList(leading[leading.Count - 1]) : default;
        var list = SyntaxFactory.ParseMemberDeclaration($"[{annotation}] class Parsed;")!.AttributeLists[0]
            .WithLeadingTrivia(leading)
            .WithTrailingTrivia(SyntaxFactory.LineFeed);
        return (TypeDeclarationSyntax)type.WithLeadingTrivia(indentation).WithAttributeLists(type.WithLeadingTrivia(indentation).AttributeLists.Insert(0, list));
    }
}
