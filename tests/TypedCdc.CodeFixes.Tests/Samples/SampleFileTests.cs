// Every shape in which changes and items are handed about is read; nothing else is.
using System.Text;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Samples;

namespace TypedCdc.CodeFixes.Tests.Samples;

public sealed class SampleFileTests
{
    private const string Image = """{"id":{"N":"1"},"name":{"S":"a"}}""";
    private const string Keys = """{"id":{"N":"1"}}""";

    private static readonly string Kinesis =
        $$$"""{"awsRegion":"eu-central-1","eventName":"MODIFY","userIdentity":null,"tableName":"customers","dynamodb":{"Keys":{{{Keys}}},"NewImage":{{{Image}}},"OldImage":{{{Image}}},"SizeBytes":1},"eventSource":"aws:dynamodb"}""";

    private static readonly string Streams =
        $$$"""{"eventName":"INSERT","eventSourceARN":"arn:aws:dynamodb:eu-central-1:111122223333:table/customers/stream/2026-01-01T00:00:00.000","dynamodb":{"Keys":{{{Keys}}},"NewImage":{{{Image}}},"SequenceNumber":"1"}}""";

    public static TheoryData<string, string?, int, int> Shapes => new()
    {
        { Kinesis, "customers", 2, 1 },
        { Streams, "customers", 1, 1 },
        { """{"Records":[""" + Streams + "," + Streams + "]}", "customers", 2, 2 },
        { "{\"Records\":[{\"kinesis\":{\"data\":\"" + Convert.ToBase64String(Encoding.UTF8.GetBytes(Kinesis)) + "\"},\"eventSource\":\"aws:kinesis\"}]}", "customers", 2, 1 },
        { $$$"""{"Item":{{{Image}}}}""", null, 1, 0 },
        { $$$"""{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{{{Keys}}},"NewImage":{{{Image}}}}""", null, 1, 1 },
        { Image, null, 1, 0 },
        { $$$"""{"Count":2,"Items":[{{{Image}}},{{{Image}}}],"ScannedCount":2}""", null, 2, 0 },
        { "[" + Image + "," + Image + "]", null, 2, 0 },
        { Kinesis + Kinesis, "customers", 4, 2 },
        { "\uFEFF" + Kinesis + "\r\n\r\n" + Kinesis + "\r\n", "customers", 4, 2 },
        { Kinesis.Replace(":", " :\n  ", StringComparison.Ordinal).Replace("arn :\n  aws :\n  ", "", StringComparison.Ordinal).Replace("aws :\n  dynamodb", "aws:dynamodb", StringComparison.Ordinal), "customers", 2, 1 },
        { """{"tableName":"customers","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":null}}""", "customers", 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_is_read(string text, string? table, int items, int keys)
    {
        var file = SampleFile.Read(SourceText.From(text));
        Assert.Empty(file.Faults);
        Assert.Null(file.StoppedAt);
        Assert.Equal(items, file.Images.Count(static image => image.Role == SampleImageRole.Item));
        Assert.Equal(keys, file.Images.Count(static image => image.Role == SampleImageRole.Keys));
        Assert.All(file.Images, image =>
        {
            Assert.Equal(table, image.Table);
            Assert.Equal(image.Role == SampleImageRole.Keys ? ["id"] : ["id", "name"], image.Attributes.Select(static attribute => attribute.Name));
        });
    }

    [Theory]
    [InlineData("""{"Item":{"S":"a"}}""", "Item")]
    [InlineData("""{"Item":{"M":{}}}""", "Item")]
    [InlineData("""{"dynamodb":{"S":"a"},"tableName":{"S":"b"}}""", "dynamodb tableName")]
    [InlineData("""{"Records":{"L":[]},"Items":{"L":[]}}""", "Records Items")]
    [InlineData("""{"Keys":{"S":"a"},"NewImage":{"S":"a"}}""", "Keys NewImage")]
    [InlineData("""{"kinesis":{"M":{"data":{"S":"x"}}}}""", "kinesis")]
    public void An_item_whose_attributes_are_named_like_an_envelope_is_an_item(string text, string names)
    {
        var file = SampleFile.Read(SourceText.From(text));
        Assert.Empty(file.Faults);
        Assert.Equal(names, string.Join(' ', Assert.Single(file.Images).Attributes.Select(static attribute => attribute.Name)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("""{"id":"1"}""")]
    [InlineData("""{"id":{"N":"1","S":"1"}}""")]
    [InlineData("""{"id":{"N":1}}""")]
    [InlineData("""{"id":{"N":"1,5"}}""")]
    [InlineData("""{"id":{"B":"not base64"}}""")]
    [InlineData("""{"id":{"NULL":false}}""")]
    [InlineData("""{"id":{"L":[{"x":"1"}]}}""")]
    [InlineData("""{"id":{"NS":["1","a"]}}""")]
    [InlineData("""{"id":{"N":"1"},"id":{"N":"1"}}""")]
    [InlineData("""{"Records":[{"kinesis":{"data":"bm90IGpzb24="}}]}""")]
    [InlineData("""{"dynamodb":{"Keys":{"id":1}}}""")]
    public void Anything_else_is_a_fault_and_the_next_record_is_read(string text)
    {
        var file = SampleFile.Read(SourceText.From(text + "\n" + Image));
        Assert.Single(file.Faults);
        Assert.Single(file.Images);
        Assert.Equal(2, file.Records);
    }

    [Fact]
    public void A_broken_pretty_printed_record_costs_only_itself()
    {
        var file = SampleFile.Read(SourceText.From("{\n  \"id\": {\n    \"N\": \"1\"\n  \n}\n{\n  \"id\": {\n    \"N\": \"2\"\n  }\n}\n"));
        var fault = Assert.Single(file.Faults);
        Assert.True(fault.Position < 35, fault.ToString());
        Assert.Equal("2", Assert.Single(file.Images).Attributes[0].Value.Text);
    }

    [Fact]
    public void A_broken_record_in_an_array_costs_only_itself()
    {
        var file = SampleFile.Read(SourceText.From("[" + Image + """,{"id":1},""" + Image + "]"));
        Assert.Single(file.Faults);
        Assert.Equal(2, file.Images.Count);
    }

    [Fact]
    public void The_limits_hold_inside_an_array_too()
    {
        var file = SampleFile.Read(SourceText.From("[" + string.Join(',', Enumerable.Repeat(Image, 1500)) + "]" + Image));
        Assert.Equal((1000, 1000), (file.Records, file.Images.Count));
        Assert.NotNull(file.StoppedAt);
    }
}
