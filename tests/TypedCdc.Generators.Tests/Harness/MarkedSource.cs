// Source with the place of an expected diagnostic marked: [|here|].
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Tests.Harness;

/// <summary>Runs the generator over source and compares what it reports with the marks.</summary>
internal static class MarkedSource
{
    /// <summary>Each mark gets exactly one diagnostic of this id, and there is no diagnostic anywhere else.</summary>
    public static Diagnostic[] Expect(string id, DiagnosticSeverity severity, string marked)
    {
        var run = GeneratorRun.Of(marked.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal));
        var text = run.Input.SyntaxTrees.Single().ToString();
        var expected = Marks(marked).OrderBy(static mark => mark, StringComparer.Ordinal);
        var found = run.Diagnostics.Select(diagnostic => $"{Position(text, diagnostic.Location.SourceSpan.Start)}: {text.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length)}");
        Assert.Equal(expected, found.OrderBy(static one => one, StringComparer.Ordinal));
        Assert.All(run.Diagnostics, diagnostic =>
        {
            Assert.Equal(id, diagnostic.Id);
            Assert.Equal(severity, diagnostic.Severity);
            Assert.True(diagnostic.Location.IsInSource);
            Assert.DoesNotContain("{", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        });
        return [.. run.Diagnostics];
    }

    /// <summary>Correct code: nothing is reported, and user's and generated code compile without a warning.</summary>
    public static GeneratorRun ExpectNone(string source)
    {
        var run = GeneratorRun.Of(source);
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerDiagnostics);
        return run;
    }

    private static IEnumerable<string> Marks(string marked)
    {
        var header = "using System;\nusing TypedCdc;\n#line 1\n".Length;
        var removed = 0;
        for (var open = marked.IndexOf("[|", StringComparison.Ordinal); open >= 0; open = marked.IndexOf("[|", open + 1, StringComparison.Ordinal))
        {
            var close = marked.IndexOf("|]", open, StringComparison.Ordinal);
            yield return $"{(open - removed + header).ToString(System.Globalization.CultureInfo.InvariantCulture)}: {marked[(open + 2)..close]}";
            removed += 4;
        }
    }

    private static string Position(string text, int position)
    {
        Assert.InRange(position, 0, text.Length);
        return position.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
