using System.Globalization;
using System.Text;

namespace TypedCdc.Sql.Tests;

/// <summary>Change records as Kinesis carries them.</summary>
internal static class TestRecord
{
    public static readonly ShardId Shard = new("stream", "shardId-000000000000");

    /// <summary>A record in the shape of Kinesis Data Streams for DynamoDB.</summary>
    /// <param name="operation">INSERT, MODIFY or REMOVE.</param>
    /// <param name="table">The DynamoDB table.</param>
    /// <param name="microseconds">When.</param>
    /// <param name="sequenceNumber">Its position; null for none.</param>
    /// <param name="keys">The Keys map.</param>
    /// <param name="newImage">The new image; null for none.</param>
    /// <param name="oldImage">The old image; null for none.</param>
    public static CdcRecord Make(string operation, string table, long microseconds, string? sequenceNumber, string keys, string? newImage = null, string? oldImage = null)
    {
        var images = (newImage is null ? "" : $$""","NewImage":{{newImage}}""") + (oldImage is null ? "" : $$""","OldImage":{{oldImage}}""");
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"awsRegion":"eu-central-1","eventID":"{{{Guid.Empty}}}","eventName":"{{{operation}}}","userIdentity":null,"recordFormat":"application/json",
            "tableName":"{{{table}}}","dynamodb":{"ApproximateCreationDateTime":{{{microseconds}}},"ApproximateCreationDateTimePrecision":"MICROSECOND",
            "Keys":{{{keys}}}{{{images}}},"SizeBytes":10},"eventSource":"aws:dynamodb"}
            """);
        return CdcRecord.Parse(Encoding.UTF8.GetBytes(json), sequenceNumber is null ? default : new(Shard, SequenceNumber.Parse(sequenceNumber)));
    }

    /// <summary>A row of a table scan.</summary>
    public static CdcRecord Snapshot(string table, long microseconds, string item) => CdcRecord.Parse(
        Encoding.UTF8.GetBytes($$"""{"Item":{{item}}}"""),
        new(Shard, default),
        new() { TableName = table, Timestamp = DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10) });
}
