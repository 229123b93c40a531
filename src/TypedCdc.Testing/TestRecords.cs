using TypedCdc.Changes;
using TypedCdc.Decoding;
using TypedCdc.Transforms;

namespace TypedCdc.Testing;

/// <summary>Makes change records from typed items, in the shape of Kinesis Data Streams for DynamoDB.</summary>
public static class TestRecords
{
    /// <summary>An <c>INSERT</c>.</summary>
    public static byte[] Insert<[CdcModelType] T>(T item, TestRecordOptions? options = null) => Write(ChangeOperation.Insert, item, item, default, options);

    /// <summary>A <c>MODIFY</c> with both images.</summary>
    public static byte[] Modify<[CdcModelType] T>(T before, T after, TestRecordOptions? options = null) => Write(ChangeOperation.Modify, after, after, before, options);

    /// <summary>A <c>REMOVE</c> with the old image.</summary>
    public static byte[] Remove<[CdcModelType] T>(T item, TestRecordOptions? options = null) => Write(ChangeOperation.Remove, item, default, item, options);

    /// <summary>An item as DynamoDB JSON: <c>{"userid":{"N":"8"},…}</c>; the model's <c>ToItem</c>.</summary>
    public static byte[] Item<[CdcModelType] T>(T item) => CdcItem.ToUtf8(item);

    internal static byte[] Write<T>(ChangeOperation operation, T keyed, T? after, T? before, TestRecordOptions? options)
    {
        var model = CdcModel.Get<T>();
        return Write(
            model,
            operation,
            RecordWriter.SelectKeys(model.Schema, Item(keyed)),
            operation is ChangeOperation.Remove ? default : Item(after!),
            operation is ChangeOperation.Modify or ChangeOperation.Remove ? Item(before!) : default,
            options);
    }

    internal static byte[] Write(
        CdcModel model, ChangeOperation operation, ReadOnlyMemory<byte> keys, ReadOnlyMemory<byte> newImage, ReadOnlyMemory<byte> oldImage, TestRecordOptions? options)
    {
        options ??= new();
        var id = options.EventId ?? Guid.Empty.ToString();
        var header = new ChangeHeader
        {
            TableName = options.TableName ?? model.Schema.TableName,
            Region = "us-east-1",
            EventId = EventId.Parse(System.Text.Encoding.UTF8.GetBytes(id)),
            TimestampMicroseconds = (options.Time - DateTimeOffset.UnixEpoch).Ticks / 10,
            UserIdentity = options.IsTimeToLive ? new("Service", "dynamodb.amazonaws.com") : null,
            SizeBytes = keys.Length + newImage.Length + oldImage.Length,
        };
        return RecordWriter.Write(header, operation, keys, newImage, oldImage);
    }
}
