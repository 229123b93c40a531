using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.CodeFixes;

/// <summary>Makes types partial.</summary>
internal static class Partial
{
    /// <summary>The type with <c>partial</c> as its last modifier, where C# wants it: directly before the keyword.</summary>
    public static TypeDeclarationSyntax Of(TypeDeclarationSyntax type)
    {
        if (type.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            return type;
        }

        var partial = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        return type.Modifiers.Count > 0
            ? (TypeDeclarationSyntax)type.WithModifiers(type.Modifiers.Add(partial))
            : (TypeDeclarationSyntax)type.WithKeyword(type.Keyword.WithLeadingTrivia())
                .WithModifiers(SyntaxFactory.TokenList(partial.WithLeadingTrivia(type.Keyword.LeadingTrivia)));
    }
}
