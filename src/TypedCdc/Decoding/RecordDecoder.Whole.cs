using System.Buffers;
using System.Runtime.CompilerServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

// A record in one walk, where it is of a form that has been seen before; else by the general path, which is the specification, and from which the walk learns.
internal static partial class RecordDecoder
{
    /// <summary>A record that is not parsed yet, in place.</summary>
    internal static ChangeView<TView> View<TView>(ReadOnlySpan<byte> record, Images images)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        var table = TView.Attributes;
        return 2 * table.Count <= AttributeScanner.StackSlots ? ViewOfFew<TView>(record, images, table) : ViewOfMany<TView>(record, images, table);
    }

    // Each in a method of its own: one method would clear the room for all of their structures at every call.
    [SkipLocalsInit]
    private static ChangeView<TView> ViewOfFew<TView>(ReadOnlySpan<byte> record, Images images, AttributeTable table)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        Span<AttributeSlot> slots = stackalloc AttributeSlot[AttributeScanner.StackSlots];
        var after = slots[..table.Count];
        var before = slots.Slice(table.Count, table.Count);
        return TryWalk(record, table, after, before, images, out var walked)
            ? new(record, walked.Envelope, WantsBefore(walked.Envelope, images), before, WantsAfter(walked.Envelope, images), after)
            : ViewByTheGrammar<TView>(record, images);
    }

    private static ChangeView<TView> ViewOfMany<TView>(ReadOnlySpan<byte> record, Images images, AttributeTable table)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        var rented = ArrayPool<AttributeSlot>.Shared.Rent(2 * table.Count);
        try
        {
            var after = rented.AsSpan(0, table.Count);
            var before = rented.AsSpan(table.Count, table.Count);
            if (TryWalk(record, table, after, before, images, out var walked))
            {
                return new(record, walked.Envelope, WantsBefore(walked.Envelope, images), before, WantsAfter(walked.Envelope, images), after);
            }
        }
        finally
        {
            ArrayPool<AttributeSlot>.Shared.Return(rented);
        }

        return ViewByTheGrammar<TView>(record, images);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ChangeView<TView> ViewByTheGrammar<TView>(ReadOnlySpan<byte> record, Images images)
        where TView : struct, ICdcView<TView>, allows ref struct
        => View<TView>(record, ParseAndLearn(record, options: null, ModelOf<TView>().Schema.TableName), default, images, enableSensitiveData: false);

    /// <summary>A record that is not parsed yet, as a change of models.</summary>
    [SkipLocalsInit]
    internal static Change<T> Decode<T>(CdcModel<T> model, ReadOnlySpan<byte> record, Images images)
    {
        var table = model.Attributes;
        var count = table.Count;
        if (2 * count <= AttributeScanner.StackSlots)
        {
            Span<AttributeSlot> slots = stackalloc AttributeSlot[AttributeScanner.StackSlots];
            return TryWalk(record, table, slots[..count], slots.Slice(count, count), images, out var walked)
                ? Decode(model, record, walked, images, slots[..count], slots.Slice(count, count))
                : DecodeByTheGrammar(model, record, images);
        }

        return DecodeOfMany(model, record, images);
    }

    private static Change<T> DecodeOfMany<T>(CdcModel<T> model, ReadOnlySpan<byte> record, Images images)
    {
        var count = model.Attributes.Count;
        var rented = ArrayPool<AttributeSlot>.Shared.Rent(2 * count);
        try
        {
            if (TryWalk(record, model.Attributes, rented.AsSpan(0, count), rented.AsSpan(count, count), images, out var walked))
            {
                return Decode(model, record, walked, images, rented.AsSpan(0, count), rented.AsSpan(count, count));
            }
        }
        finally
        {
            ArrayPool<AttributeSlot>.Shared.Return(rented);
        }

        return DecodeByTheGrammar(model, record, images);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Change<T> DecodeByTheGrammar<T>(CdcModel<T> model, ReadOnlySpan<byte> record, Images images) =>
        Decode(model, record, ParseAndLearn(record, options: null, model.Schema.TableName), default, images, enableSensitiveData: false);

    private static Change<T> Decode<T>(
        CdcModel<T> model, ReadOnlySpan<byte> record, in WalkedRecord walked, Images images, Span<AttributeSlot> after, Span<AttributeSlot> before)
    {
        var scanned = ScannedImages.After | ScannedImages.Before
            | (walked.HasUnmappedAfter ? ScannedImages.UnmappedAfter : ScannedImages.None)
            | (walked.HasUnmappedBefore ? ScannedImages.UnmappedBefore : ScannedImages.None);
        try
        {
            return new Decoding<T>(model, record, walked.Envelope, default, enableSensitiveData: false, after, before, scanned).Decode(images);
        }
        catch (CdcDecodeException exception)
        {
            DecodeErrorContext.Complete(exception, record, walked.Envelope, default, enableSensitiveData: false);
            throw;
        }
    }

    private static bool TryWalk(ReadOnlySpan<byte> record, AttributeTable table, Span<AttributeSlot> after, Span<AttributeSlot> before, Images images, out WalkedRecord walked) =>
        RecordWalk.TryRead(record, table, after, before, out walked)
        && (!WantsAfter(walked.Envelope, images) || table.TryComplete(record, after))
        && (!WantsBefore(walked.Envelope, images) || table.TryComplete(record, before));

    private static bool WantsAfter(in RecordEnvelope envelope, Images images) => envelope.Operation != ChangeOperation.Remove && envelope.NewImage.Length > 0
        && ((images & Images.After) != 0 || envelope.Operation == ChangeOperation.Snapshot);

    private static bool WantsBefore(in RecordEnvelope envelope, Images images) =>
        envelope.Operation is ChangeOperation.Modify or ChangeOperation.Remove && envelope.OldImage.Length > 0 && (images & Images.Before) != 0;

    /// <summary>The envelope of a record; its images are checked for structure.</summary>
    internal static RecordEnvelope ParseEnvelope(ReadOnlySpan<byte> record, CdcRecordOptions? options, string? defaultTableName) =>
        RecordWalk.TryReadEnvelope(record, out var walked) ? walked.Envelope : ParseAndLearn(record, options, defaultTableName);

    /// <summary>The general path, and what there is to learn from a record that no template fitted.</summary>
    private static RecordEnvelope ParseAndLearn(ReadOnlySpan<byte> record, CdcRecordOptions? options, string? defaultTableName)
    {
        var envelope = EnvelopeParser.Parse(record, options, defaultTableName, out var layout);
        RecordWalk.Learn(record, envelope, layout);
        return envelope;
    }
}
