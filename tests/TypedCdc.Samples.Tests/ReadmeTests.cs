using System.Text.RegularExpressions;

namespace TypedCdc.Samples.Tests;

/// <summary>What README.md shows is what there is: the sample's source, its output, the code that the generator writes for it.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Quickstart.RepositoryRoot, "README.md"));
    private static readonly string Sample = Path.Combine(Quickstart.RepositoryRoot, "samples", "Quickstart");

    [Fact]
    public async Task The_output_shown_is_the_output()
    {
        var folder = Directory.CreateTempSubdirectory("typedcdc-readme-");
        try
        {
            var output = await Quickstart.RunAsync(folder.FullName);

            // Each handler runs for itself, so the lines of the two tables mix in any order.
            foreach (var line in Block("text", "MODIFY customer").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line != "…"))
            {
                Assert.Contains(line, output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_model_shown_is_the_samples() =>
        Assert.Contains(Block("csharp", "[CdcTable"), File.ReadAllText(Path.Combine(Sample, "Customer.cs")), StringComparison.Ordinal);

    [Fact]
    public void The_generated_code_shown_is_what_the_generator_writes()
    {
        var generated = Directory.GetFiles(Path.Combine(Sample, "obj", "generated"), "Quickstart.Customer*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines)
            .ToArray();

        AssertShown(Block("csharp", "in global::TypedCdc.Decoding.ItemReader item"), generated);
        AssertShown(Block("sql", "CREATE TABLE"), generated);
    }

    [Fact]
    public void Every_link_into_the_repository_leads_somewhere()
    {
        foreach (Match link in RepositoryLink().Matches(Readme))
        {
            var path = Path.Combine(Quickstart.RepositoryRoot, link.Groups["path"].Value);
            Assert.True(File.Exists(path) || Directory.Exists(path), path);
        }
    }

    // What stands between two ellipses stands so, line after line, in the original too.
    private static void AssertShown(string block, string[] original)
    {
        var text = "\n" + Trimmed(original) + "\n";
        foreach (var piece in block.Split('…'))
        {
            Assert.Contains("\n" + Trimmed(piece.Split('\n')) + "\n", text, StringComparison.Ordinal);
        }
    }

    private static string Trimmed(IEnumerable<string> lines) => string.Join('\n', lines.Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private static string Block(string language, string containing) =>
        Fence().Matches(Readme).First(block => block.Groups["language"].Value == language && block.Groups["text"].Value.Contains(containing, StringComparison.Ordinal)).Groups["text"].Value.TrimEnd();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?!https?:)(?<path>[^)#]+)\)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex RepositoryLink();
}
