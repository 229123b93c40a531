// Samples of a table with several models: each is compared with its own items only.
using TypedCdc.CodeFixes.Tests.Harness;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Samples;

public sealed class SingleTableSampleTests
{
    private const string Models = """
        [CdcTable("app")] [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")] [SortKey("SK", Pattern = "PROFILE")]
        public sealed partial record Customer
        {
            public required long Id { get; init; }
            [CdcAttribute("name")] public string? Name { get; init; }
        }

        [CdcTable("app")] [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")] [SortKey("SK", Pattern = "ORDER#{OrderId}")]
        public sealed partial record Order
        {
            public required long Id { get; init; }
            public required Guid OrderId { get; init; }
            [CdcAttribute("total")] public int Total { get; init; }
        }
        """;

    [Theory]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"PROFILE"},"name":{"S":"Ada"}}""", null)]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"ORDER#d3ed405e-420b-4601-8aaf-bda773a16d86"},"total":{"N":"1"}}""", null)]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"ORDER#d3ed405e-420b-4601-8aaf-bda773a16d86"},"total":{"N":"1.5"}}""", "TCDC104 @ Total")]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"PROFILE"},"name":{"S":"Ada"},"total":{"N":"1.5"}}""", "TCDC101 @ Customer")]
    [InlineData("""{"PK":{"S":"CUSTOMER#01"},"SK":{"S":"PROFILE"},"name":{"N":"1"},"total":{"N":"1.5"}}""", "TCDC111 @ Customer")]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"ORDER#D3ED405E-420B-4601-8AAF-BDA773A16D86"}}""", "TCDC111 @ Order")]
    [InlineData("""{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"ORDERS#1"}}""", null)]
    [InlineData("""{"PK":{"S":"DEVICE#1"},"SK":{"S":"PROFILE"},"name":{"N":"1"}}""", null)]
    public async Task A_sample_is_of_the_model_whose_key_it_has(string item, string? expected)
    {
        var messages = await SampleRun.MessagesAsync(Models, new SampleText(item, "app"));
        Assert.Equal(expected is null ? [] : [expected], messages.Select(static message => message.Split(':')[0]));
    }

    [Fact]
    public async Task Keys_alone_are_those_of_the_table()
    {
        const string Right = """{"tableName":"app","eventName":"REMOVE","dynamodb":{"Keys":{"PK":{"S":"CUSTOMER#1"},"SK":{"S":"PROFILE"}}}}""";
        Assert.Empty(await SampleRun.MessagesAsync(Models, new SampleText(Right, null)));
    }

    [Fact]
    public async Task A_model_with_a_mistake_is_not_said_to_be_missing_too()
    {
        Assert.Empty(await FindAsync("app"));
        Assert.Equal(["TCDC108"], await FindAsync("other"));

        static async Task<IEnumerable<string>> FindAsync(string table)
        {
            var run = GeneratorRun.Of($"[CdcTable(\"{table}\")] public sealed partial record Customer {{ public required object Id {{ get; init; }} }}");
            Assert.NotEmpty(run.Diagnostics);
            return (await SampleRun.DiagnosticsAsync(run.Output, new SampleText("""{"Id":{"S":"x"}}""", "app"))).Select(static one => one.Id);
        }
    }
}
