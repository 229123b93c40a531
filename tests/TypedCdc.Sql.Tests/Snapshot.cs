using System.Runtime.CompilerServices;

namespace TypedCdc.Sql.Tests;

/// <summary>
/// Compares a text with a file beside the test, by Verify's convention (<c>Type.Method.verified.sql</c>, <c>.received.sql</c> on a mismatch), so that Verify can
/// replace it.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string text, string extension, string name, [CallerFilePath] string testFile = "")
    {
        var folder = Path.GetDirectoryName(testFile)!;
        var verified = Path.Combine(folder, $"{name}.verified.{extension}");
        var received = Path.Combine(folder, $"{name}.received.{extension}");
        var expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n") : null;
        if (string.Equals(expected, text, StringComparison.Ordinal))
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"'{received}' differs from '{verified}': compare them, and keep the new one by renaming it.\n{text}");
    }
}
