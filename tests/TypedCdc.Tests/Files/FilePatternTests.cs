using TypedCdc.Files;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Files;

public class FilePatternTests
{
    [Fact]
    public void Stars_stand_for_names_and_directories_and_the_order_is_that_of_the_bytes()
    {
        using var files = new TestHost(null!);
        var root = files.Directory;
        foreach (var path in (string[])["b.jsonl", "B.jsonl", "a.json", "x/a.jsonl", "x/y/z/deep.jsonl", "x/y/a.jsonl", "sta*r.jsonl"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllText(Path.Combine(root, path), "");
        }

        Assert.Equal(["B.jsonl", "b.jsonl", "sta*r.jsonl"], Find("*.jsonl"));
        Assert.Equal(["B.jsonl", "b.jsonl", "sta*r.jsonl", "x/a.jsonl", "x/y/a.jsonl", "x/y/z/deep.jsonl"], Find("**/*.jsonl"));
        Assert.Equal(["x/a.jsonl", "x/y/a.jsonl"], Find("**/a.jsonl"));
        Assert.Equal(["x/y/a.jsonl"], Find("x/*/a.jsonl"));
        Assert.Equal(["a.json"], Find("?.json"));
        Assert.Equal(["x/a.jsonl", "x/y/a.jsonl", "x/y/z/deep.jsonl"], Find("x/**"));
        Assert.Equal(["b.jsonl"], Find("b.jsonl"));
        Assert.Equal(["sta*r.jsonl"], Find("sta*r.jsonl"));
        Assert.Throws<FileNotFoundException>(() => Find("nothing*"));
        Assert.Contains("is a directory", Assert.Throws<FileNotFoundException>(() => Find("x")).Message, StringComparison.Ordinal);

        string[] Find(string pattern) => [.. FilePattern.Find(root + "/" + pattern).Select(path => Path.GetRelativePath(root, path))];
    }
}
