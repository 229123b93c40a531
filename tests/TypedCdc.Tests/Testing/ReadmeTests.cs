using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Testing;

/// <summary>The lines of TypedCdc.Testing's README, compiled and run.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task The_lines_of_the_README_test_a_handler()
    {
        var mails = new Mails();
        await using var host = CdcTestHost.Start(cdc => cdc.Handle<Customer, Welcome>(), services => services.AddSingleton(mails));
        host.Put(new Customer { UserId = 8, FirstName = "Ada" });
        host.Put(new Customer { UserId = 8, FirstName = "Grace" });
        host.DuplicateLast();
        host.Fail<Welcome>(times: 2);
        await host.WaitUntilSettledAsync();
        host.AssertHandled<Welcome>(3);
        host.AssertNoDeadLetters();
        Assert.Single(mails.Sent);
    }

    [Fact]
    public void They_are_the_same_lines()
    {
        var source = File.ReadAllText(ThisFile());
        var folder = Directory.GetParent(ThisFile())!;
        while (!File.Exists(Path.Combine(folder.FullName, "TypedCdc.sln")))
        {
            folder = folder.Parent!;
        }

        var readme = File.ReadAllText(Path.Combine(folder.FullName, "src", "TypedCdc.Testing", "README.md")).ReplaceLineEndings("\n");
        var lines = readme.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split("//")[0].TrimEnd()).ToList();
        Assert.InRange(lines.Count, 5, 12);
        Assert.All(lines, line => Assert.Contains(line, source, StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    public sealed class Mails
    {
        public ConcurrentQueue<string> Sent { get; } = new();
    }

    internal sealed class Welcome(Mails mails) : ChangeHandler<Customer>
    {
        public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
        {
            mails.Sent.Enqueue(change.After.FirstName!);
            return default;
        }
    }
}
