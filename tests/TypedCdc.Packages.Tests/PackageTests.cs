using System.IO.Compression;

namespace TypedCdc.Packages.Tests;

[Collection(PackagesCollection.Name)]
[Trait("Category", "OnePass")]
public sealed class PackageTests(PackageFeed feed)
{
    [Fact]
    public void The_generator_travels_inside_the_TypedCdc_package()
    {
        var entries = Entries("TypedCdc.0.1.0.nupkg");

        Assert.Contains("analyzers/dotnet/cs/TypedCdc.Generators.dll", entries);
        Assert.Contains("buildTransitive/TypedCdc.targets", entries);
        // The generator's own dependencies are the compiler's; none may come along.
        Assert.DoesNotContain(entries, entry => entry.Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_package_has_readme_documentation_and_symbols()
    {
        var packages = Directory.GetFiles(feed.Packages, "*.nupkg").Select(Path.GetFileName).ToList();

        Assert.True(packages.Count >= 5, string.Join(", ", packages));
        foreach (var package in packages)
        {
            var name = package![..^".0.1.0.nupkg".Length];
            var entries = Entries(package);
            Assert.Contains("README.md", entries);
            Assert.Contains($"lib/net10.0/{name}.dll", entries);
            Assert.Contains($"lib/net10.0/{name}.xml", entries);
            Assert.Contains($"lib/net10.0/{name}.pdb", Entries($"{name}.0.1.0.snupkg"));
        }
    }

    [Fact]
    public void A_project_with_nothing_but_the_packages_decodes_and_materialises()
    {
        var folder = feed.CreateProject("Stranger", "TypedCdc TypedCdc.Sqlite", "", ("Program.cs", """"
            using Shop;
            using TypedCdc;

            var change = CdcRecord.Decode<Customer>("""
                {"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"MODIFY","userIdentity":null,
                 "recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1667565639982,
                 "Keys":{"userid":{"N":"8"}},"NewImage":{"first_name":{"S":"Ada"},"userid":{"N":"8"}},"OldImage":{"userid":{"N":"8"}},
                 "SizeBytes":104},"eventSource":"aws:dynamodb"}
                """u8);
            var modified = (Modified<Customer>)change;
            Console.WriteLine($"{change.Key.UserId} {modified.After.FirstName} {change.HasChanged(Customer.Attributes.FirstName)} {change.Changes.Count}");
            Console.WriteLine(Customer.Sql.Sqlite.Upsert.Contains("cdc_ver", StringComparison.Ordinal));

            namespace Shop
            {
                [CdcTable("customers")]
                public sealed partial record Customer
                {
                    [PartitionKey("userid")] public required long UserId { get; init; }
                    [CdcAttribute("first_name")] public string? FirstName { get; init; }
                }
            }
            """"));

        var output = PackageFeed.Run("dotnet", folder, "run", "-v", "q");

        Assert.Equal(["8 Ada True 1", "True"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void A_mistake_in_the_mapping_is_a_compile_error_that_names_its_rule()
    {
        var folder = feed.CreateProject("Mistaken", "TypedCdc", "", ("Program.cs", """
            using TypedCdc;

            Console.WriteLine();

            [CdcTable("customers")]
            public sealed partial record Customer
            {
                public required long UserId { get; init; }
            }
            """));

        var failure = Assert.Throws<InvalidOperationException>(() => PackageFeed.Run("dotnet", folder, "build", "-v", "q"));

        Assert.Contains("error TCDC", failure.Message);
    }

    private string[] Entries(string package)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(feed.Packages, package));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }
}
