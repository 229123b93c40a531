using System.Globalization;
using System.Text;

namespace TypedCdc.Benchmarks.Delivery;

/// <summary>Distinct changes of customers, as Kinesis Data Streams for DynamoDB writes them.</summary>
internal sealed class Corpus
{
    public Corpus(int count)
    {
        var random = new Random(20261121);
        Records = [.. Enumerable.Range(0, count).Select(number => Record(number, random))];
        Bytes = Records.Sum(static record => (long)record.Length);
    }

    public byte[][] Records { get; }

    public long Bytes { get; }

    private static byte[] Record(int number, Random random)
    {
        var user = random.Next(1, 50_000);
        var time = 1_720_740_233_012_995 + (number * 1_000L);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"awsRegion":"eu-central-1","eventID":"{{{new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}}}","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":{{{time}}},"Keys":{"userid":{"N":"{{{user}}}"}},"NewImage":{{{Image(user, random)}}},"OldImage":{{{Image(user, random)}}},"SizeBytes":99,"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}"""));
    }

    private static string Image(int user, Random random)
    {
        // The order of the attributes is not fixed on the wire.
        string[] attributes =
        [
            string.Create(CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{user}}}"}"""),
            string.Create(CultureInfo.InvariantCulture, $$$""" "first_name":{"S":"{{{Name(random)}}}"}"""),
            string.Create(CultureInfo.InvariantCulture, $$$""" "last_name":{"S":"{{{Name(random)}}}"}"""),
            string.Create(CultureInfo.InvariantCulture, $$$""" "phone":{"N":"{{{random.NextInt64(100_000_000, 99_999_999_999)}}}"}"""),
        ];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = attributes[i].TrimStart('{', ' ');
        }

        random.Shuffle(attributes);
        return "{" + string.Join(',', attributes) + "}";
    }

    private static string Name(Random random) => string.Create(random.Next(4, 12), random, static (name, random) =>
    {
        foreach (ref var letter in name)
        {
            letter = (char)('a' + random.Next(26));
        }
    });
}
