// TCDC009, TCDC105: a member whose attribute may be absent or NULL gets a type that can say so.
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

/// <summary>Makes a member nullable; where its attribute may be absent, also no longer <c>required</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeNullableFix)), Shared]
public sealed class MakeNullableFix : ModelCodeFix
{
    // As the sample analyzer writes it.
    private const string IsAbsentProperty = "IsAbsent";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TCDC009", "TCDC105"];

    /// <inheritdoc/>
    protected override string? GetTitle(SyntaxNode root, SemanticModel model, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (Find(root, diagnostic) is not { } member || TypeOf(member) is not { } type || IsKey(member))
        {
            return null;
        }

        var name = root.FindToken(diagnostic.Location.SourceSpan.Start).ValueText;
        return IsRequired(member, diagnostic) && type is NullableTypeSyntax ? $"Let '{name}' be absent" : $"Make '{name}' nullable";
    }

    /// <inheritdoc/>
    protected override void Fix(SyntaxEditor editor, SemanticModel model, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        foreach (var member in diagnostics.GroupBy(diagnostic => Find(editor.OriginalRoot, diagnostic)!))
        {
            var losesRequired = member.Any(diagnostic => IsRequired(member.Key, diagnostic));
            editor.ReplaceNode(member.Key, (node, _) => MakeNullable(losesRequired ? WithoutRequired((MemberDeclarationSyntax)node) : node));
        }
    }

    /// <summary>The property, the field (declared alone), or the parameter of a positional record.</summary>
    private static SyntaxNode? Find(SyntaxNode root, Diagnostic diagnostic) =>
        root.FindNode(diagnostic.Location.SourceSpan).AncestorsAndSelf().FirstOrDefault(static node =>
            node is PropertyDeclarationSyntax or ParameterSyntax or FieldDeclarationSyntax or TypeDeclarationSyntax) switch
        {
            FieldDeclarationSyntax field => field.Declaration.Variables.Count == 1 ? field : null,
            TypeDeclarationSyntax => null,
            var member => member,
        };

    private static TypeSyntax? TypeOf(SyntaxNode member) => member switch
    {
        PropertyDeclarationSyntax property => property.Type,
        FieldDeclarationSyntax field => field.Declaration.Type,
        ParameterSyntax parameter => parameter.Type,
        _ => null,
    };

    // An item without its key is no item.
    private static bool IsKey(SyntaxNode member)
    {
        var lists = member is ParameterSyntax parameter ? parameter.AttributeLists : ((MemberDeclarationSyntax)member).AttributeLists;
        return lists.SelectMany(static list => list.Attributes).Any(static attribute =>
            attribute.Name.ToString().Split('.').Last() is "PartitionKey" or "PartitionKeyAttribute" or "SortKey" or "SortKeyAttribute"
                or "DynamoDBHashKey" or "DynamoDBHashKeyAttribute" or "DynamoDBRangeKey" or "DynamoDBRangeKeyAttribute");
    }

    private static bool IsRequired(SyntaxNode member, Diagnostic diagnostic) => member is MemberDeclarationSyntax declaration
        && declaration.Modifiers.Any(SyntaxKind.RequiredKeyword)
        && diagnostic.Properties.TryGetValue(IsAbsentProperty, out var isAbsent) && isAbsent == "true";

    private static SyntaxNode MakeNullable(SyntaxNode member) => TypeOf(member) is { } type and not NullableTypeSyntax
        ? member.ReplaceNode(type, SyntaxFactory.NullableType(type.WithoutTrailingTrivia()).WithTrailingTrivia(type.GetTrailingTrivia()))
        : member;

    private static SyntaxNode WithoutRequired(MemberDeclarationSyntax member)
    {
        var required = member.Modifiers.First(static token => token.IsKind(SyntaxKind.RequiredKeyword));
        var leading = member.GetLeadingTrivia();
        return member.WithModifiers(member.Modifiers.Remove(required)).WithLeadingTrivia(leading);
    }
}
