// Change records around items, for tests that look at models only.
using System.Text;
using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc.Models.Tests.Harness;

internal static class Items
{
    /// <summary>Decodes an item, <c>{"id":{"N":"8"},…}</c>, as the new image of an INSERT.</summary>
    public static T Decode<T>(string item) => ((Inserted<T>)CdcRecord.Decode<T>(Encoding.UTF8.GetBytes(
        $$$"""{"awsRegion":"eu-west-1","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"any","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"k":{"S":"k"}},"NewImage":{{{item}}},"SizeBytes":104},"eventSource":"aws:dynamodb"}"""))).After;

    /// <summary>Writes a model as an item.</summary>
    public static string Encode<T>(T model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            CdcModel.Get<T>().Write(writer, model);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>What an item that does not fit says.</summary>
    public static CdcDecodeException Refuse<T>(string item) => Assert.Throws<CdcDecodeException>(() => Decode<T>(item));
}
