namespace TypedCdc.Packages.Tests;

/// <summary>Samples reach the compiler through the package's targets, and cost nothing when nothing has changed.</summary>
[Collection(PackagesCollection.Name)]
[Trait("Category", "OnePass")]
public sealed class SampleTests(PackageFeed feed)
{
    private const string Program = """
        using TypedCdc;

        Console.WriteLine();

        [CdcTable("customers")]
        public sealed partial record Customer
        {
            [PartitionKey("userid")] public required long UserId { get; init; }
            [CdcAttribute("phone")] public int? Phone { get; init; }
        }
        """;

    // Also a sample in a folder, one with a table of its own, and one that is too large.
    private const string Targets = """
        <Project>
          <ItemGroup>
            <CdcSample Include="samples/*.jsonl" Table="customers" />
            <CdcSample Include="stream.json" />
          </ItemGroup>
        </Project>
        """;

    private const string Record = """
        {
          "eventName": "REMOVE",
          "tableName": "customers",
          "dynamodb": { "Keys": { "userid": { "N": "1" } }, "OldImage": { "userid": { "N": "1" }, "phone": { "N": "2147483648" } } }
        }
        """;

    [Fact]
    public void A_sample_that_does_not_fit_is_a_warning_at_the_member()
    {
        var folder = feed.CreateProject("Sampled", "TypedCdc", "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>", ("Program.cs", Program), ("Directory.Build.targets", Targets), ("stream.json", Record));
        Directory.CreateDirectory(Path.Combine(folder, "samples"));
        File.WriteAllText(Path.Combine(folder, "samples", "items.jsonl"), """{"userid":{"N":"1"},"phone":{"N":"2"},"e-mail":{"S":"a"}}""");
        using (var large = File.Create(Path.Combine(folder, "samples", "large.jsonl")))
        {
            large.SetLength((8 * 1024 * 1024) + 1);
        }

        var output = PackageFeed.Run("dotnet", folder, "build", "-v", "q");

        Assert.Contains("Program.cs(9,41): warning TCDC104: 'Phone' is 'int?', but 1 of 2 values", output, StringComparison.Ordinal);
        Assert.Contains("(first: stream.json, line 4). 'long' holds them.", output, StringComparison.Ordinal);
        Assert.Contains("Program.cs(6,30): warning TCDC101: 'Customer' has no member for attribute 'e-mail'", output, StringComparison.Ordinal);
        Assert.Contains("large.jsonl : warning TCDC100", output, StringComparison.Ordinal);
        Assert.DoesNotContain("2147483648", output, StringComparison.Ordinal);

        // Nothing has changed, so nothing compiles; a sample has changed, so the project compiles again.
        Assert.Contains("Skipping target \"CoreCompile\"", PackageFeed.Run("dotnet", folder, "build", "-v", "n"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "stream.json"), Record.Replace("2147483648", "2147483647", StringComparison.Ordinal));
        Assert.DoesNotContain("TCDC104", PackageFeed.Run("dotnet", folder, "build", "-v", "q"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_does_not_exist_is_an_error()
    {
        var folder = feed.CreateProject("Unsampled", "TypedCdc", "", ("Program.cs", Program), ("Directory.Build.targets", Targets));

        var failure = Assert.Throws<InvalidOperationException>(() => PackageFeed.Run("dotnet", folder, "build", "-v", "q"));

        Assert.Contains("stream.json : error TCDC110", failure.Message, StringComparison.Ordinal);
    }
}
