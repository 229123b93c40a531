using System.Buffers;
using TypedCdc.Decoding;

namespace TypedCdc.Sql.Rows;

/// <summary>Writes attributes in DynamoDB JSON, which loses nothing: one text for each meaning, with sorted names and sets and numbers written in one way.</summary>
internal static class DynamoDbJson
{
    /// <summary>Writes an object of attributes.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="image">What the values stand in.</param>
    /// <param name="attributes">Names between their quotes, and values. Sorted here.</param>
    public static void WriteObject(IBufferWriter<byte> destination, ReadOnlySpan<byte> image, List<(JsonSlice Name, AttributeSlot Value)> attributes)
    {
        // Few: an insertion sort. A comparison cannot capture a span.
        for (var i = 1; i < attributes.Count; i++)
        {
            for (var j = i; j > 0 && JsonText.Compare(attributes[j - 1].Name.Of(image), attributes[j].Name.Of(image)) > 0; j--)
            {
                (attributes[j - 1], attributes[j]) = (attributes[j], attributes[j - 1]);
            }
        }

        var json = new AttributeJson(image, destination, isPlain: false);
        destination.Write("{"u8);
        for (var i = 0; i < attributes.Count; i++)
        {
            destination.Write(i == 0 ? default : ","u8);
            json.WriteText(attributes[i].Name.Of(image));
            destination.Write(":"u8);
            json.Write(attributes[i].Value);
        }

        destination.Write("}"u8);
    }
}
