// TCDC022, TCDC023: a type becomes a model by [CdcTable] and partial. The table's name is a guess, which the user edits.
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.CodeFixes;

/// <summary>Adds <c>[CdcTable]</c> to a type that is used as a model.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddTableFix)), Shared]
public sealed class AddTableFix : CodeFixProvider
{
    private const int MinimumTableName = 3;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TCDC022", "TCDC023"];

    /// <summary>None: each model has a table of its own, whose name the user gives.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            // Where the type is declared: it may be another file than the one that uses it. A type of another assembly has no place.
            if (diagnostic.AdditionalLocations.FirstOrDefault() is not { SourceTree: { } tree } place || Find(context.Document.Project.Solution, tree) is not { } document
                || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                || root.FindNode(place.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type)
            {
                continue;
            }

            var table = TableNameOf(type);
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Add [CdcTable(\"{table}\")] to '{type.Identifier.ValueText}'",
                    cancellation => FixAsync(document, type, table, cancellation),
                    equivalenceKey: nameof(AddTableFix) + ":" + type.Identifier.ValueText),
                diagnostic);
        }
    }

    private static Document? Find(Solution solution, SyntaxTree tree) => solution.GetDocument(tree)
        ?? solution.Projects.SelectMany(static project => project.Documents).FirstOrDefault(document => document.FilePath is { } path && path == tree.FilePath);

    private static string TableNameOf(TypeDeclarationSyntax type)
    {
        var name = new string(type.Identifier.ValueText.ToLowerInvariant().Where(static one => one is (>= 'a' and <= 'z') or (>= '0' and <= '9')).ToArray());
        return name.Length < MinimumTableName ? name + "-table" : name;
    }

    private static async Task<Document> FixAsync(Document document, TypeDeclarationSyntax type, string table, CancellationToken cancellation)
    {
        var root = (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        var isImported = model!.LookupNamespacesAndTypes(type.SpanStart, name: "CdcTableAttribute").Any(static one => one.ContainingNamespace?.Name == "TypedCdc");
        var changed = root.ReplaceNodes(
            type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>(),
            (original, current) => original == type ? Annotations.Add(Partial.Of(current), $"{(isImported ? "" : "TypedCdc.")}CdcTable(\"{table}\")") : Partial.Of(current));
        return document.WithSyntaxRoot(changed);
    }
}
