using System.Diagnostics;
using System.Globalization;
using TypedCdc.Benchmarks.Decoding;
using TypedCdc.Decoding.Kernels;
using TypedCdc.Fuzz.Differential;
using Xunit.Abstractions;

namespace TypedCdc.Tests.Decoding.Kernels;

/// <summary>What the fast path takes, the general path takes, with the same result: damaged records of every shape, each beside a page that cannot be read. See tests/TypedCdc.Fuzz for long runs.</summary>
public sealed class FastPathTests(ITestOutputHelper output)
{
    private const int Seed = 20261201;
    private const int Mutations = 2_000;

    public static TheoryData<string> Shapes => new(FuzzShapes.Names);

    [Theory, MemberData(nameof(Shapes))]
    public void Damaged_records_are_read_as_the_general_path_reads_them_or_left_to_it(string shape)
    {
        output.WriteLine($"seed {Seed}");
        foreach (var order in Enum.GetValues<AttributeOrder>())
        {
            using var run = new FuzzRun(shape, order, Seed);
            Assert.Null(run.Run(Mutations));
            Assert.True(run.Taken > (IsTaken(shape) ? Mutations / 20 : -1), $"The fast path took {run.Taken} records.");
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Whole_records_take_the_fast_path(string shape)
    {
        if (!IsTaken(shape))
        {
            return;
        }

        foreach (var order in Enum.GetValues<AttributeOrder>())
        {
            DecodeWorkspace.Forget();
            var corpus = FuzzShapes.CorpusOf(shape, 500, order);
            var check = new FastPathCheck(FuzzShapes.TableOf(shape));
            for (var i = 0; i < corpus.Count; i++)
            {
                Assert.Null(check.Compare(corpus[i]));
            }

            // The first record of each form of the envelope is learned from.
            Assert.InRange(check.Taken, corpus.Count - 4, corpus.Count);
        }
    }

    /// <summary>The kernels of other machines, in processes of their own: the JIT reads the switches when it starts.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "A,B,C,Escape,UnknownAttribute")]
    [InlineData("DOTNET_EnableAVX2", "A,B,C,Escape,UnknownAttribute")]
    [InlineData("DOTNET_EnableBMI2", "A,C")]
    [InlineData("DOTNET_EnableHWIntrinsic", "A,C")]
    public async Task The_kernels_of_every_machine_read_the_same(string variable, string shapes)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "TypedCdc.Fuzz.dll"), "3000", Seed.ToString(CultureInfo.InvariantCulture), shapes },
            Environment = { [variable] = "0" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine(text);
        Assert.True(process.ExitCode == 0, text + await errors);
        if (variable != "DOTNET_EnableHWIntrinsic")
        {
            Assert.DoesNotContain(" 0 taken by the fast path", text, StringComparison.Ordinal);
        }
    }

    // Indented records are left to the general path.
    private static bool IsTaken(string shape) => shape != nameof(CustomerOddity.PrettyPrinted) && Bytes.AreKernelsSupported;
}
