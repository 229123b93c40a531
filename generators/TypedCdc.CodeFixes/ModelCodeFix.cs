// What the fixes have in common: each changes declarations in one document, one diagnostic at a time or all of them at once.
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace TypedCdc.CodeFixes;

/// <summary>A fix of one document.</summary>
public abstract class ModelCodeFix : CodeFixProvider
{
    // A file's diagnostics are fixed in one edit: merging the edits of single fixes would drop those that touch the same declaration.
    private static readonly ImmutableArray<FixAllScope> Scopes = [FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution];

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(
        async (context, document, diagnostics) => await FixAsync(document, diagnostics, context.CancellationToken).ConfigureAwait(false), Scopes);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            if (GetTitle(root, model, diagnostic, context.CancellationToken) is { } title)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(title, cancellation => FixAsync(context.Document, [diagnostic], cancellation), equivalenceKey: GetType().Name), diagnostic);
            }
        }
    }

    /// <summary>What the editor shows; null where this diagnostic cannot be fixed.</summary>
    protected abstract string? GetTitle(SyntaxNode root, SemanticModel model, Diagnostic diagnostic, CancellationToken cancellation);

    /// <summary>Changes what the diagnostics, all of this document, ask for. Those that <see cref="GetTitle"/> refuses are not among them.</summary>
    protected abstract void Fix(SyntaxEditor editor, SemanticModel model, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation);

    private async Task<Document> FixAsync(Document document, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        var editor = new SyntaxEditor(root!, document.Project.Solution.Services);
        Fix(editor, model!, [.. diagnostics.Where(diagnostic => GetTitle(root!, model!, diagnostic, cancellation) is not null)], cancellation);
        return document.WithSyntaxRoot(editor.GetChangedRoot());
    }
}
