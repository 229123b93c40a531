// Compares text with a file, in Verify's file convention (Type.Method.verified.cs, .received.cs on a mismatch), so that Verify can replace it.
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TypedCdc.Generators.Tests.Harness;

/// <summary>Snapshots beside the tests. <c>TYPEDCDC_ACCEPT_SNAPSHOTS=1</c> writes what is received as what is verified.</summary>
internal static class Snapshot
{
    private static readonly string ProjectDirectory =
        typeof(Snapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "ProjectDirectory").Value!;

    public static void Verify(string received, Type test, [CallerMemberName] string method = "") =>
        Verify(received, Path.Combine(ProjectDirectory, "Snapshots", $"{test.Name}.{method}"), Environment.GetEnvironmentVariable("TYPEDCDC_ACCEPT_SNAPSHOTS") == "1");

    internal static void Verify(string received, string path, bool accept)
    {
        var verifiedFile = path + ".verified.cs";
        var receivedFile = path + ".received.cs";
        received = received.Replace("\r\n", "\n", StringComparison.Ordinal);
        var verified = File.Exists(verifiedFile) ? File.ReadAllText(verifiedFile).Replace("\r\n", "\n", StringComparison.Ordinal) : null;
        if (verified == received)
        {
            File.Delete(receivedFile);
            return;
        }

        if (accept)
        {
            File.WriteAllText(verifiedFile, received);
            File.Delete(receivedFile);
            return;
        }

        File.WriteAllText(receivedFile, received);
        Assert.True(verified is not null, $"There is no {Path.GetFileName(verifiedFile)}; look at {Path.GetFileName(receivedFile)}, and accept it if it is right.");
        Assert.Equal(verified, received);
    }
}
