using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using TypedCdc.Lambda.Tests.Functions;

namespace TypedCdc.Packages.Tests;

/// <summary>The Lambda sample, published as native AOT from the packages as its README says, and asked by a server that speaks Lambda's runtime API.</summary>
[Collection(PackagesCollection.Name)]
[Trait("Category", "OnePass")]
public sealed class FunctionTests(PackageFeed feed)
{
    [Fact]
    public async Task A_native_function_has_no_warning_and_answers_both_triggers()
    {
        var sample = Path.Combine(PackageFeed.RepositoryRoot, "samples", "Lambda");
        var folder = feed.CreateProject(
            "bootstrap", "TypedCdc TypedCdc.Lambda",
            "<PublishAot>true</PublishAot><TrimmerSingleWarn>false</TrimmerSingleWarn><RuntimeIdentifier>linux-x64</RuntimeIdentifier><InvariantGlobalization>true</InvariantGlobalization>",
            [.. Directory.GetFiles(sample, "*.cs").Select(static file => (Path.GetFileName(file), File.ReadAllText(file)))]);

        // Warnings are errors in this project, those of the native compiler too.
        var published = PackageFeed.Run("dotnet", folder, "publish", "-c", "Release", "-o", "out", "-v", "q");
        Assert.DoesNotContain("warning", published, StringComparison.OrdinalIgnoreCase);

        await using var api = await FakeRuntimeApi.StartAsync();
        var start = new ProcessStartInfo(Path.Combine(folder, "out", "bootstrap")) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = api.Endpoint;
        using var function = Process.Start(start)!;
        var log = function.StandardError.ReadToEndAsync();
        try
        {
            const string Record = """
                {"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"8"}},"NewImage":{"first_name":{"S":"Ada"},"userid":{"N":"8"}},"SizeBytes":104},"eventSource":"aws:dynamodb"}
                """;
            Assert.Empty(await AnswerAsync(Kinesis(Record)));
            Assert.Equal(["49590338271490256608559692538361571095921575989136588898"], await AnswerAsync(Kinesis(Record.Replace("\"N\":\"8\"", "\"S\":\"8\"", StringComparison.Ordinal))));
            Assert.Empty(await AnswerAsync("""
                {"Records":[{"eventID":"1","eventVersion":"1.1","dynamodb":{"ApproximateCreationDateTime":1667565639,"Keys":{"userid":{"N":"9"}},"NewImage":{"userid":{"N":"9"}},"SequenceNumber":"4421584500000000017450439091","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"},"awsRegion":"us-west-2","eventName":"INSERT","eventSourceARN":"arn:aws:dynamodb:us-west-2:123456789012:table/customers/stream/2024-07-12T01:17:42.000","eventSource":"aws:dynamodb"}]}
                """));
        }
        finally
        {
            function.Kill();
            await function.WaitForExitAsync();
        }

        var lines = await log;
        Assert.Contains("Welcome, customer 8", lines, StringComparison.Ordinal);
        Assert.Contains("Welcome, customer 9", lines, StringComparison.Ordinal);

        async Task<string[]> AnswerAsync(string json)
        {
            var id = api.Send(json);
            var posted = await api.ReceiveAsync();
            Assert.Equal($"invocation/{id}/response", posted.Path);
            return [.. JsonNode.Parse(posted.Body)!["batchItemFailures"]!.AsArray().Select(static failure => (string)failure!["itemIdentifier"]!)];
        }
    }

    private static string Kinesis(string record) => $$$"""
        {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"8","sequenceNumber":"49590338271490256608559692538361571095921575989136588898","data":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(record))}}}","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:49590338271490256608559692538361571095921575989136588898","eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role","awsRegion":"us-east-2","eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/changes"}]}
        """;
}
