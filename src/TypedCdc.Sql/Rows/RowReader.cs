using TypedCdc.Decoding;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Makes rows of records: the newest image as cells, or the key alone for a tombstone.</summary>
internal sealed class RowReader(TableRoutes routes, IRowReports metrics)
{
    private AttributeSlot[] _slots = new AttributeSlot[64];

    /// <summary>Adds the row, or the rows in a table with several models, that a record means.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Its index in the write.</param>
    /// <param name="buffers">One a table.</param>
    /// <exception cref="CdcDecodeException">The record does not fit its table. No row of it is kept.</exception>
    public void Read(in CdcRecord record, int index, RowBuffer[] buffers)
    {
        var route = routes.Find(record.TableName);
        if (route.Tables.Length == 0)
        {
            return;
        }

        RequireOrder(record, metrics);
        if (!route.IsShared)
        {
            Add(record, index, buffers[route.Tables[0].Index], isTombstone: record.Operation == ChangeOperation.Remove);
            return;
        }

        // Several models share the DynamoDB table: the item is a row of those it matches, and a tombstone where it was one before, or may have been.
        foreach (var table in route.Tables)
        {
            if (!IsOfKey(table, record))
            {
                continue;
            }

            if (record.Operation != ChangeOperation.Remove && Matches(table, record.NewImage.Span))
            {
                Add(record, index, buffers[table.Index], isTombstone: false);
            }
            else if (record.Operation is ChangeOperation.Modify or ChangeOperation.Remove && (record.OldImage.IsEmpty || Matches(table, record.OldImage.Span)))
            {
                Add(record, index, buffers[table.Index], isTombstone: true);
            }
        }
    }

    /// <summary>Whether the key is of the form that the model's patterns say. A record of any kind has it.</summary>
    private bool IsOfKey(TargetTable table, in CdcRecord record)
    {
        var keys = !record.Keys.IsEmpty ? record.Keys : record.NewImage.IsEmpty ? record.OldImage : record.NewImage;
        return table.Model!.Attributes.Patterns.Length == 0 || (!keys.IsEmpty && table.Scan(keys.Span, 0, Slots(table), out _));
    }

    private bool Matches(TargetTable table, ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty)
        {
            return false;
        }

        var slots = Slots(table);
        table.Scan(image, 0, slots, out var hasUnmapped);
        return table.Model!.Matches(new ItemReader(image, slots, table.Model.Attributes, 0, image.Length, hasUnmapped));
    }

    private void Add(in CdcRecord record, int index, RowBuffer buffer, bool isTombstone)
    {
        try
        {
            AddUnexplained(record, index, buffer, isTombstone);
        }
        catch (CdcDecodeException error)
        {
            throw record.Explain(error);
        }
    }

    private void AddUnexplained(in CdcRecord record, int index, RowBuffer buffer, bool isTombstone)
    {
        var table = buffer.Table;
        var cells = buffer.BeginRow();
        var slots = Slots(table);
        var utf8 = record.Utf8.Span;
        var hasKeys = !record.Keys.IsEmpty;
        if (hasKeys)
        {
            table.Scan(utf8, OffsetOf(utf8, record.Keys), slots, out _);
            foreach (var key in table.Keys)
            {
                cells[key] = Key(buffer, table.Columns[key], utf8, slots[table.Columns[key].Ordinal]);
            }
        }

        if (!isTombstone || !hasKeys)
        {
            var image = ImageOf(record, isTombstone);
            table.Scan(utf8, OffsetOf(utf8, image), slots, out var hasUnmapped);
            foreach (var key in table.Keys)
            {
                var slot = slots[table.Columns[key].Ordinal];
                var cell = Key(buffer, table.Columns[key], utf8, slot);
                if (hasKeys && !buffer.AreEqual(cell, cells[key]))
                {
                    throw new CdcDecodeException("The image has another key than the record.") { ByteOffset = slot.Start };
                }

                cells[key] = cell;
            }

            if (!isTombstone)
            {
                SetValues(buffer, cells, record, OffsetOf(utf8, image), hasUnmapped, slots);
            }
        }

        buffer.EndRow(index, isTombstone, TimeOf(record, table), SequenceOf(record), Images(record), HashOf(record));
    }

    /// <summary>Refuses a change that nothing orders among those of its item. One without a time is ordered by its sequence number, which is logged once a table.</summary>
    internal static void RequireOrder(in CdcRecord record, IRowReports metrics)
    {
        if (record.HasTimestamp || record.Operation == ChangeOperation.Snapshot)
        {
            return;
        }

        if (record.SequenceNumber == default && (record.Position.Shard is null or { Shard: RowVersion.FileShard }))
        {
            throw new CdcDecodeException(
                "The record has neither a time (ApproximateCreationDateTime) nor a sequence number, so the table cannot tell which of two changes of the item is the newer one.")
            {
                TableName = record.TableName,
                Position = record.Position,
            };
        }

        metrics.Timeless(record.TableName);
    }

    // A row of a snapshot is as old as the start of its scan, and surely not newer than a change that came after that. One without a time is older than everything.
    internal static long TimeOf(in CdcRecord record, TargetTable table) => record.Operation == ChangeOperation.Snapshot
        ? Math.Max(0, record.TimestampMicroseconds - table.SnapshotMargin)
        : record.TimestampMicroseconds;

    /// <summary>
    /// What orders changes of equal times: the number that DynamoDB Streams gave the change, wherever the record was read; else its position. A file of Streams or Lambda records is not in their order, and one
    /// change may stand in several files.
    /// </summary>
    internal static SequenceNumber? SequenceOf(in CdcRecord record) =>
        record.Operation == ChangeOperation.Snapshot ? null
        : record.SequenceNumber is var own && own != default ? own
        : record.Position.Shard is not null ? record.Position.SequenceNumber
        : null;

    /// <summary>What tells changes apart whose positions are alike: ordinals in files.</summary>
    internal static ulong? HashOf(in CdcRecord record) =>
        record.Operation != ChangeOperation.Snapshot && record.Position.Shard is { Shard: RowVersion.FileShard } && record.SequenceNumber == default ? ImageHash.OfBytes(record.Utf8.Span) : null;

    internal static Tie? Images(in CdcRecord record)
    {
        try
        {
            return record.Operation switch
            {
                ChangeOperation.Insert => new(ImageHash.Absent, ImageHash.Of(record.NewImage.Span)),
                ChangeOperation.Modify when !record.OldImage.IsEmpty && !record.NewImage.IsEmpty => new(ImageHash.Of(record.OldImage.Span), ImageHash.Of(record.NewImage.Span)),
                ChangeOperation.Remove when !record.OldImage.IsEmpty => new(ImageHash.Of(record.OldImage.Span), ImageHash.Absent),
                _ => null,
            };
        }
        catch (CdcDecodeException)
        {
            // An old image that makes no sense never fails a change; it only tells nothing.
            return null;
        }
    }

    private void SetValues(RowBuffer buffer, Span<Cell> cells, in CdcRecord record, int imageStart, bool hasUnmapped, ReadOnlySpan<AttributeSlot> slots)
    {
        var utf8 = record.Utf8.Span;
        foreach (var column in buffer.Table.Columns)
        {
            if (column.Key == SqlKey.None && column.Index != buffer.Table.Overflow)
            {
                cells[column.Index] = Value(buffer, column, utf8, imageStart, slots[column.Ordinal]);
            }
        }

        if (buffer.Table.Overflow >= 0 && (hasUnmapped || buffer.Table.SendsToOverflow))
        {
            cells[buffer.Table.Overflow] = Overflow(buffer, record.NewImage.Span);
        }
    }

    /// <summary>The image that a row or, without keys, a tombstone is made of.</summary>
    /// <exception cref="CdcDecodeException">The record has none.</exception>
    public static ReadOnlyMemory<byte> ImageOf(in CdcRecord record, bool isTombstone)
    {
        var image = isTombstone ? record.OldImage : record.NewImage;
        return !image.IsEmpty ? image : throw new CdcDecodeException(isTombstone
            ? "The record has neither keys nor an old image."
            : "The record has no new image to make a row of: the stream's view type leaves it out.");
    }

    internal static int OffsetOf(ReadOnlySpan<byte> utf8, ReadOnlyMemory<byte> slice) => utf8.Overlaps(slice.Span, out var offset) ? offset : 0;

    internal static Cell Key(RowBuffer buffer, TargetColumn column, ReadOnlySpan<byte> utf8, AttributeSlot slot)
    {
        var expected = column.Expected;
        if (slot.Kind == AttributeKind.None)
        {
            Malformed.ThrowAbsent(0, column.Attribute.Name, expected);
        }

        return CellWriter.Write(buffer, column, expected, utf8, slot);
    }

    private Cell Value(RowBuffer buffer, TargetColumn column, ReadOnlySpan<byte> utf8, int imageStart, AttributeSlot slot)
    {
        try
        {
            if (slot.Kind is AttributeKind.None or AttributeKind.NULL)
            {
                var expected = column.Expected;
                if (slot.Kind == AttributeKind.None && column.Attribute.IsRequired)
                {
                    Malformed.ThrowAbsent(imageStart, column.Attribute.Name, expected);
                }

                if (slot.Kind == AttributeKind.NULL && !column.Attribute.IsNullable)
                {
                    Malformed.ThrowKind(slot.Start, slot.Kind, expected);
                }

                return default;
            }

            return CellWriter.Write(buffer, column, column.Expected, utf8, slot);
        }
        catch (CdcDecodeException) when (column.Unfit != UnfitValue.Fail)
        {
            metrics.Unfit(buffer.Table, column);
            return default;
        }
    }

    /// <summary>What the model does not map, and what its column could not hold, as DynamoDB JSON with sorted names.</summary>
    private static Cell Overflow(RowBuffer buffer, ReadOnlySpan<byte> image)
    {
        var table = buffer.Table;
        var rest = new List<(JsonSlice Name, AttributeSlot Value)>();
        var item = new ItemScanner(image);
        while (item.Read())
        {
            if (!table.IsMapped(item.Name.Of(image), out var column))
            {
                rest.Add((item.Name, item.Value));
            }
            else if (column is { Unfit: UnfitValue.ToOverflow } && item.Value.Kind != AttributeKind.NULL && !Fits(buffer, column, image, item.Value))
            {
                rest.Add((item.Name, item.Value));
            }
        }

        if (rest.Count == 0)
        {
            return default;
        }

        var start = buffer.ByteCount;
        DynamoDbJson.WriteObject(buffer, image, rest);
        var document = buffer.TextSince(start);
        CellWriter.CheckNul(buffer, document, rest[0].Value);
        CellWriter.CheckSize(buffer, document, rest[0].Value);
        return document;
    }

    private static bool Fits(RowBuffer buffer, TargetColumn column, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        try
        {
            CellWriter.Write(buffer, column, null, image, slot);
            return true;
        }
        catch (CdcDecodeException)
        {
            return false;
        }
    }

    private Span<AttributeSlot> Slots(TargetTable table)
    {
        if (_slots.Length < table.AttributeCount)
        {
            _slots = new AttributeSlot[table.AttributeCount];
        }

        return _slots.AsSpan(0, table.AttributeCount);
    }
}
