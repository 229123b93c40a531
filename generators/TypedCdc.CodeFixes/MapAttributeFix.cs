// TCDC101: adds a member for an attribute that the samples have and the model does not. The analyzer says its name and type.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;

namespace TypedCdc.CodeFixes;

/// <summary>Adds the missing member.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MapAttributeFix)), Shared]
public sealed class MapAttributeFix : ModelCodeFix
{
    // As the sample analyzer writes them.
    private const string AttributeNameProperty = "AttributeName";
    private const string MemberNameProperty = "MemberName";
    private const string MemberTypeProperty = "MemberType";
    private const string IsNamedByPolicyProperty = "IsNamedByPolicy";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TCDC101"];

    /// <inheritdoc/>
    protected override string? GetTitle(SyntaxNode root, SemanticModel model, Diagnostic diagnostic, CancellationToken cancellation) =>
        FindType(root, diagnostic) is { } type && BindMemberType(model, type, diagnostic) is not null
            ? $"Add '{diagnostic.Properties[MemberNameProperty]}' for the attribute '{diagnostic.Properties[AttributeNameProperty]}'"
            : null;

    /// <inheritdoc/>
    protected override void Fix(SyntaxEditor editor, SemanticModel model, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        var newLine = NewLineOf(editor.OriginalRoot);
        foreach (var type in diagnostics.GroupBy(diagnostic => FindType(editor.OriginalRoot, diagnostic)!))
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            var members = new List<MemberDeclarationSyntax>();
            foreach (var diagnostic in type.OrderBy(static diagnostic => diagnostic.Properties[AttributeNameProperty], StringComparer.Ordinal))
            {
                members.Add(MakeMember(diagnostic, names, type.Key, model, editor.Generator));
            }

            editor.ReplaceNode(type.Key, (node, _) => AddMembers((TypeDeclarationSyntax)node, members, newLine));
        }
    }

    private static TypeDeclarationSyntax? FindType(SyntaxNode root, Diagnostic diagnostic) =>
        diagnostic.Properties.ContainsKey(MemberTypeProperty) ? root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() : null;

    // Null where the project does not reference the type, such as JsonElement.
    private static ITypeSymbol? BindMemberType(SemanticModel model, TypeDeclarationSyntax type, Diagnostic diagnostic)
    {
        var syntax = SyntaxFactory.ParseTypeName(diagnostic.Properties[MemberTypeProperty]!);
        var position = type.OpenBraceToken.IsKind(SyntaxKind.None) ? type.SpanStart : type.OpenBraceToken.Span.End;
        return model.GetSpeculativeTypeInfo(position, syntax, SpeculativeBindingOption.BindAsTypeOrNamespace).Type is { TypeKind: not TypeKind.Error } bound ? bound : null;
    }

    private static MemberDeclarationSyntax MakeMember(
        Diagnostic diagnostic, HashSet<string> names, TypeDeclarationSyntax type, SemanticModel model, SyntaxGenerator generator)
    {
        var suggested = diagnostic.Properties[MemberNameProperty]!;
        var name = suggested;
        for (var i = 2; !names.Add(name); i++)
        {
            // Two attributes of this edit, such as e-mail and e_mail.
            name = suggested + i.ToString(CultureInfo.InvariantCulture);
        }

        var attribute = diagnostic.Properties[AttributeNameProperty]!;
        var annotation = name == suggested && diagnostic.Properties[IsNamedByPolicyProperty] == "true"
            ? ""
            : $"[{NameOfAnnotation(model, type)}({SymbolDisplay.FormatLiteral(attribute, quote: true)})] ";
        var identifier = SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
        var member = (PropertyDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration($"{annotation}public int {identifier} {{ get; {SetterLike(type)}; }}")!;
        var memberType = (TypeSyntax)generator.TypeExpression(BindMemberType(model, type, diagnostic)!);
        return member.WithType(SyntaxFactory.NullableType(memberType).WithTrailingTrivia(SyntaxFactory.Space));
    }

    private static string NameOfAnnotation(SemanticModel model, TypeDeclarationSyntax type) =>
        model.LookupNamespacesAndTypes(type.SpanStart, name: "CdcAttributeAttribute").Any(static one => one.ContainingNamespace?.Name == "TypedCdc")
            ? "CdcAttribute"
            : "TypedCdc.CdcAttribute";

    // As the model's other properties have it.
    private static string SetterLike(TypeDeclarationSyntax type) =>
        type.Members.OfType<PropertyDeclarationSyntax>().LastOrDefault(static property => property.AccessorList is not null)?.AccessorList!.Accessors
            .Any(static accessor => accessor.IsKind(SyntaxKind.SetAccessorDeclaration)) == true ? "set" : "init";

    // Behind the last property, or at the end of a model that has none; a positional record without a body gets one.
    private static TypeDeclarationSyntax AddMembers(TypeDeclarationSyntax type, List<MemberDeclarationSyntax> members, SyntaxTrivia newLine)
    {
        if (type.OpenBraceToken.IsKind(SyntaxKind.None))
        {
            type = type.WithSemicolonToken(default)
                .WithOpenBraceToken(SyntaxFactory.Token(SyntaxKind.OpenBraceToken).WithLeadingTrivia(newLine).WithTrailingTrivia(newLine).WithAdditionalAnnotations(Formatter.Annotation))
                .WithCloseBraceToken(SyntaxFactory.Token(SyntaxKind.CloseBraceToken).WithTrailingTrivia(type.SemicolonToken.TrailingTrivia).WithAdditionalAnnotations(Formatter.Annotation));
        }

        var last = type.Members.LastIndexOf(static member => member is PropertyDeclarationSyntax);
        var isSpaced = last > 0 && type.Members[last].GetLeadingTrivia().Any(SyntaxKind.EndOfLineTrivia);
        var added = members.Select(member => member
            .WithLeadingTrivia(isSpaced ? SyntaxFactory.TriviaList(newLine) : SyntaxFactory.TriviaList())
            .WithTrailingTrivia(newLine)
            .WithAdditionalAnnotations(Formatter.Annotation));
        return type.WithMembers(type.Members.InsertRange(last >= 0 ? last + 1 : type.Members.Count, added));
    }

    private static SyntaxTrivia NewLineOf(SyntaxNode root) =>
        root.DescendantTrivia().FirstOrDefault(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is { RawKind: not 0 } found
            ? found
            : SyntaxFactory.LineFeed;
}
