using System.Text;

namespace TypedCdc.Tests.Decoding;

/// <summary>Records to decode, as text.</summary>
internal static class Records
{
    internal static readonly string[] Captured = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "assets", "captured-events.jsonl"));

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A modification of customer 8 with these images.</summary>
    internal static string Modify(string newImage, string oldImage) => Kinesis("MODIFY", $$$""","NewImage":{{{newImage}}},"OldImage":{{{oldImage}}}""");

    /// <summary>An insertion of customer 8 with this image.</summary>
    internal static string Insert(string newImage) => Kinesis("INSERT", $$$""","NewImage":{{{newImage}}}""");

    internal static string Kinesis(string eventName, string images, string time = "1667565639982", string keys = """{"userid":{"N":"8"}}""") =>
        $$$"""{"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"{{{eventName}}}","userIdentity":null,"recordFormat":"application/json","tableName":"hubert_dynamocdc","dynamodb":{"ApproximateCreationDateTime":{{{time}}},"Keys":{{{keys}}}{{{images}}},"SizeBytes":104},"eventSource":"aws:dynamodb"}""";

    internal static Change<T> Decode<T>(string text) => CdcRecord.Decode<T>(Utf8(text));

    /// <summary>Customer 8 as its image's other attributes make it.</summary>
    internal static Customer Customer(string attributes) =>
        Assert.IsType<Inserted<Customer>>(Decode<Customer>(Insert($$"""{"userid":{"N":"8"}{{attributes}}}"""))).After;

    internal static CdcDecodeException Fails<T>(string text) => Assert.Throws<CdcDecodeException>(() => { Decode<T>(text); });
}
