// TCDC002: the user picks the member that is the partition key; the likely ones are offered first.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.CodeFixes;

/// <summary>Adds <c>[PartitionKey]</c> to a member.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddKeyFix)), Shared]
public sealed class AddKeyFix : CodeFixProvider
{
    private const int MaximumOffers = 5;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TCDC002"];

    /// <summary>None: which member is the key is a choice for each model.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type || model is null)
        {
            return;
        }

        foreach (var (name, member) in FindCandidates(type, model, context.CancellationToken).Take(MaximumOffers))
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Make '{name}' the partition key",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(member, AddKey(member, NameOfAttribute(model, member))))),
                    equivalenceKey: nameof(AddKeyFix) + ":" + name),
                context.Diagnostics);
        }
    }

    private static IEnumerable<(string Name, SyntaxNode Member)> FindCandidates(TypeDeclarationSyntax type, SemanticModel model, CancellationToken cancellation)
    {
        var candidates = new List<(string Name, SyntaxNode Member)>();
        foreach (var parameter in type.ParameterList?.Parameters ?? [])
        {
            Add(parameter.Identifier.ValueText, parameter, parameter.Type, isPublic: type is RecordDeclarationSyntax);
        }

        foreach (var property in type.Members.OfType<PropertyDeclarationSyntax>())
        {
            var isStored = property.ExpressionBody is null && property.ExplicitInterfaceSpecifier is null && !property.Modifiers.Any(SyntaxKind.StaticKeyword);
            Add(property.Identifier.ValueText, property, property.Type, isStored && property.Modifiers.Any(SyntaxKind.PublicKeyword));
        }

        return candidates.OrderBy(candidate => Rank(candidate.Name, type.Identifier.ValueText));

        void Add(string name, SyntaxNode member, TypeSyntax? typeSyntax, bool isPublic)
        {
            if (isPublic && typeSyntax is not null && CanBeKey(model.GetTypeInfo(typeSyntax, cancellation).Type))
            {
                candidates.Add((name, member));
            }
        }
    }

    // Names that keys have in single-table designs and elsewhere; then what ends in Id or Key; then the rest, as declared.
    private static int Rank(string member, string type) =>
        Is(member, "PK") || Is(member, "PartitionKey") || Is(member, "HashKey") ? 0
        : Is(member, type + "Id") ? 1
        : Is(member, "Id") ? 2
        : Is(member, type + "Key") || Is(member, type) ? 3
        : member.EndsWith("Id", StringComparison.Ordinal) || member.EndsWith("Key", StringComparison.Ordinal) ? 4
        : 5;

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>An S, an N or a B whose equality is exact: no binary floating point.</summary>
    private static bool CanBeKey(ITypeSymbol? type) => type switch
    {
        { SpecialType: SpecialType.System_String or SpecialType.System_Decimal } => true,
        { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } => true,
        IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } => true,
        { Name: "Guid", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => true,
        _ => false,
    };

    private static string NameOfAttribute(SemanticModel model, SyntaxNode member) =>
        model.LookupNamespacesAndTypes(member.SpanStart, name: "PartitionKeyAttribute").Any(static one => one.ContainingNamespace?.Name == "TypedCdc")
            ? "PartitionKey"
            : "TypedCdc.PartitionKey";

    // On the member's own line, before the annotations that it has.
    private static SyntaxNode AddKey(SyntaxNode member, string name)
    {
        // Parsed: what the factory makes is formatted, and so gets a line of its own.
        var list = SyntaxFactory.ParseMemberDeclaration($"[{name}] int parsed;")!.AttributeLists[0];
        var leading = member.GetLeadingTrivia();
        var bare = member.WithoutLeadingTrivia();
        list = list.WithLeadingTrivia(leading).WithTrailingTrivia(SyntaxFactory.Space);
        return bare switch
        {
            ParameterSyntax parameter => parameter.WithAttributeLists(parameter.AttributeLists.Insert(0, list)),
            PropertyDeclarationSyntax property => property.WithAttributeLists(property.AttributeLists.Insert(0, list)),
            _ => member,
        };
    }
}
