namespace TypedCdc.Packages.Tests;

/// <summary>
/// A worker that is published trimmed, and one that is published as native AOT: the compilers report no warning for any of the libraries, and the result works.
/// </summary>
[Collection(PackagesCollection.Name)]
[Trait("Category", "OnePass")]
public sealed class TrimTests(PackageFeed feed)
{
    // Every library that a worker may reference; each is rooted, so that the whole of it is analyzed and not only what the program calls.
    private const string Libraries = "TypedCdc TypedCdc.Kinesis TypedCdc.Sql TypedCdc.Sqlite TypedCdc.Postgres TypedCdc.Lambda";

    [Theory]
    [InlineData("Trimmed", "PublishTrimmed")]
    [InlineData("Native", "PublishAot")]
    public void A_published_worker_has_no_warning_and_runs_from_a_file_to_SQLite(string name, string publish)
    {
        var folder = feed.CreateProject(
            name, Libraries, $"<{publish}>true</{publish}><TrimmerSingleWarn>false</TrimmerSingleWarn><RuntimeIdentifier>linux-x64</RuntimeIdentifier>",
            ("Directory.Build.targets", $"""
                <Project>
                  <ItemGroup>
                    <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.15" />
                    <TrimmerRootAssembly Include="{Libraries.Replace(' ', ';')}" />
                  </ItemGroup>
                </Project>
                """),
            ("events.jsonl", """
                {"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"8"}},"NewImage":{"first_name":{"S":"Ada"},"userid":{"N":"8"}},"SizeBytes":104},"eventSource":"aws:dynamodb"}
                """),
            ("Program.cs", """
                using Microsoft.Extensions.DependencyInjection;
                using Microsoft.Extensions.Hosting;
                using Shop;
                using TypedCdc;

                var builder = Host.CreateApplicationBuilder(args);
                builder.Services.AddTypedCdc(cdc => cdc.FromFiles("events.jsonl").DeadLettersToFile("dead-letters.jsonl").Handle<Customer, Welcome>().ToSqlite("shop.db", tables => tables.Add<Customer>()));
                await builder.Build().RunAsync();

                namespace Shop
                {
                    public sealed class Welcome(IHostApplicationLifetime lifetime) : ChangeHandler<Customer>
                    {
                        public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken ct)
                        {
                            Console.WriteLine($"welcome {change.After.FirstName}, {change.Key.UserId}");
                            lifetime.StopApplication();
                            return default;
                        }
                    }

                    [CdcTable("customers")]
                    public sealed partial record Customer
                    {
                        [PartitionKey("userid")] public required long UserId { get; init; }
                        [CdcAttribute("first_name")] public string? FirstName { get; init; }
                    }
                }
                """));

        // Warnings are errors in this project, those of the linker and the native compiler too.
        var output = PackageFeed.Run("dotnet", folder, "publish", "-c", "Release", "--self-contained", "-o", "out", "-v", "q");

        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(Path.Combine(folder, "out", "System.Xml.ReaderWriter.dll")), "nothing was trimmed");
        Assert.Equal(publish == "PublishAot", !File.Exists(Path.Combine(folder, "out", "TypedCdc.dll")));
        Assert.Contains("welcome Ada, 8", PackageFeed.Run(Path.Combine(folder, "out", name), folder), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "shop.db")));
    }
}
