using System.Buffers;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Delivery;

namespace TypedCdc.Transforms;

/// <summary>The transforms of one model, in the order of their registration.</summary>
internal sealed class TransformChain<T>(CdcModel<T> model, IReadOnlyList<IChangeTransform<T>> transforms) : ITransformChain
{
    public CdcModel Model => model;

    internal IReadOnlyList<IChangeTransform<T>> Transforms => transforms;

    public CdcRecord? Rewrite(in CdcRecord record) => Apply(record).Record;

    /// <summary>
    /// Gives a record through the transforms. Both results are null where the item does not pass. The record is written anew from the transformed models and
    /// read again, so that the differences between its images are found as everywhere; the change holds the very objects that the transforms returned.
    /// </summary>
    internal (Change<T>? Change, CdcRecord? Record) Apply(in CdcRecord record)
    {
        var change = record.Decode<T>();
        var after = change.HasAfter ? Transform(After(change)) : Transformed<T>.Dropped;
        var before = change.HasBefore ? Transform(Before(change)) : Transformed<T>.Dropped;
        var operation = change.Operation;
        switch (operation)
        {
            case ChangeOperation.Insert or ChangeOperation.Snapshot when change.HasAfter && !after.IsKept:
            case ChangeOperation.Remove when change.HasBefore && !before.IsKept:
                return default;
            case ChangeOperation.Modify when change.HasAfter && !after.IsKept:
                if (change.HasBefore && !before.IsKept)
                {
                    return default;
                }

                operation = ChangeOperation.Remove;
                break;
            case ChangeOperation.Modify when after.IsKept && change.HasBefore && !before.IsKept:
                operation = ChangeOperation.Insert;
                break;
        }

        var rewritten = Write(record, change, operation, before, after);
        var read = rewritten.Decode<T>();
        return (operation switch
        {
            ChangeOperation.Insert => new Inserted<T>(change.Header, read.Changed, Item(after), after.IsKept, read.KeyWithoutImages),
            ChangeOperation.Modify => new Modified<T>(
                change.Header, read.Changed, Item(before), before.IsKept, change.BeforeError, Item(after), after.IsKept, read.KeyWithoutImages),
            ChangeOperation.Remove => new Removed<T>(change.Header, read.Changed, Item(before), before.IsKept, change.BeforeError, read.KeyWithoutImages),
            _ => new Snapshot<T>(change.Header, read.Changed, after.Item),
        }, rewritten);
    }

    private static T? Item(Transformed<T> transformed) => transformed.IsKept ? transformed.Item : default;

    private static T After(Change<T> change) => change switch
    {
        Inserted<T> inserted => inserted.After,
        Modified<T> modified => modified.After,
        Snapshot<T> snapshot => snapshot.After,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static T Before(Change<T> change) => change switch
    {
        Modified<T> modified => modified.Before,
        Removed<T> removed => removed.Before,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Transformed<T> Transform(T item)
    {
        Transformed<T> result = item;
        foreach (var transform in transforms)
        {
            result = transform.Transform(result.Item);
            if (!result.IsKept)
            {
                break;
            }
        }

        return result;
    }

    private CdcRecord Write(in CdcRecord record, Change<T> change, ChangeOperation operation, Transformed<T> before, Transformed<T> after)
    {
        var newImage = after.IsKept ? WriteItem(after.Item) : default;
        var oldImage = before.IsKept ? WriteItem(before.Item) : default;
        var written = RecordWriter.Write(change.Header, operation, record.Keys, newImage, oldImage);
        var rewritten = RecordWriter.Parse(written, change.Header).WithCarriedNumber(record.SequenceNumber);
        RequireSameKey(record, newImage, change);
        RequireSameKey(record, oldImage, change);
        return rewritten;
    }

    private void RequireSameKey(in CdcRecord record, ReadOnlyMemory<byte> image, Change<T> change)
    {
        if (image.IsEmpty)
        {
            return;
        }

        var keys = RecordWriter.Parse(RecordWriter.Write(change.Header, ChangeOperation.Remove, RecordWriter.SelectKeys(model.Schema, image), default, default), change.Header);
        if (keys.GetKeyHash(model) != record.GetKeyHash(model))
        {
            throw new TransformException(
                $"A transform of {typeof(T).Name} changed the key of an item of table '{change.TableName}' at {change.Position}. A transform may change everything else.");
        }
    }

    private ReadOnlyMemory<byte> WriteItem(T item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        model.Write(writer, item);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
