using System.Globalization;
using System.Text;
using TypedCdc.Changes;

namespace TypedCdc.Lambda.Tests.Harness;

/// <summary>One change of a customer, to be written in every shape that carries it.</summary>
internal sealed record TestChange(string Operation, long UserId, Customer? Before, Customer? After, long Seconds, string SequenceNumber)
{
    internal string EventId => new Guid((int)UserId, 0, 0, BitConverter.GetBytes(Seconds)).ToString("D", CultureInfo.InvariantCulture);

    /// <summary>A removal by time to live.</summary>
    internal bool IsTimeToLive { get; init; }

    internal static TestChange Insert(long userId, string name, int number) =>
        new("INSERT", userId, null, new() { UserId = userId, FirstName = name, Phone = number }, 1_700_000_000 + number, Sequence(number));

    internal static TestChange Modify(long userId, string before, string name, int number) =>
        new("MODIFY", userId, new() { UserId = userId, FirstName = before, Phone = number - 1 }, new() { UserId = userId, FirstName = name, Phone = number }, 1_700_000_000 + number, Sequence(number));

    internal static TestChange Remove(long userId, string before, int number) =>
        new("REMOVE", userId, new() { UserId = userId, FirstName = before }, null, 1_700_000_000 + number, Sequence(number));

    /// <summary>As Kinesis gives them: 56 digits.</summary>
    internal static string Sequence(int number) => string.Create(CultureInfo.InvariantCulture, $"49664215784629486402{number:D36}");

    /// <summary>As Kinesis Data Streams for DynamoDB writes it.</summary>
    internal string ToKinesisJson() => string.Create(CultureInfo.InvariantCulture, $$"""
        {"awsRegion":"us-east-1","eventID":"{{EventId}}","eventName":"{{Operation}}","userIdentity":{{Identity}},"recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":{{Seconds}}000,{{Images}},"SizeBytes":42},"eventSource":"aws:dynamodb"}
        """);

    /// <summary>As Lambda's DynamoDB trigger writes it.</summary>
    internal string ToStreamsJson(string viewType = "NEW_AND_OLD_IMAGES", string table = "customers") => string.Create(CultureInfo.InvariantCulture, $$"""
        {"eventID":"{{EventId}}","eventName":"{{Operation}}","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","userIdentity":{{Identity}},"dynamodb":{"ApproximateCreationDateTime":{{Seconds}},{{Images}},"SequenceNumber":"{{SequenceNumber}}","SizeBytes":42,"StreamViewType":"{{viewType}}"},"eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/{{table}}/stream/2024-06-27T00:48:05.899"}
        """);

    private string Identity => IsTimeToLive ? """{"type":"Service","principalId":"dynamodb.amazonaws.com"}""" : "null";

    private string Images
    {
        get
        {
            var images = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $$$"""
                "Keys":{"userid":{"N":"{{{UserId}}}"}}
                """));
            Append("NewImage", After);
            Append("OldImage", Before);
            return images.ToString();

            void Append(string name, Customer? customer)
            {
                if (customer is null)
                {
                    return;
                }

                images.Append(CultureInfo.InvariantCulture, $$""","{{name}}":{"userid":{"N":"{{customer.UserId}}"}""");
                if (customer.FirstName is { } first)
                {
                    images.Append(CultureInfo.InvariantCulture, $$""","first_name":{"S":"{{first}}"}""");
                }

                if (customer.Phone is { } phone)
                {
                    images.Append(CultureInfo.InvariantCulture, $$""","phone":{"N":"{{phone}}"}""");
                }

                images.Append('}');
            }
        }
    }
}
