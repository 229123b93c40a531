using System.Buffers;
using System.Runtime.CompilerServices;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

// A record in one walk, where it is of a form that has been seen before; else by the general path, which is the specification, and from which the walk learns.
internal static partial class RecordDecoder
{
    /// <summary>A record that is not parsed yet, in place.</summary>
    [SkipLocalsInit]
    internal static ChangeView<TView> View<TView>(ReadOnlySpan<byte> record, Images images)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        var table = TView.Attributes;
        var count = table.Count;
        if (2 * count <= AttributeScanner.StackSlots)
        {
            Span<AttributeSlot> slots = stackalloc AttributeSlot[AttributeScanner.StackSlots];
            if (TryWalk(record, table, slots[..count], slots.Slice(count, count), images, out var walked))
            {
                return Finish<TView>(record, images, walked, slots[..count], slots.Slice(count, count));
            }
        }
        else
        {
            var rented = ArrayPool<AttributeSlot>.Shared.Rent(2 * count);
            try
            {
                var slots = rented.AsSpan();
                if (TryWalk(record, table, slots[..count], slots.Slice(count, count), images, out var walked))
                {
                    return Finish<TView>(record, images, walked, slots[..count], slots.Slice(count, count));
                }
            }
            finally
            {
                ArrayPool<AttributeSlot>.Shared.Return(rented);
            }
        }

        return View<TView>(record, ParseAndLearn(record, ModelOf<TView>().Schema.TableName), default, images, enableSensitiveData: false);
    }

    /// <summary>A record that is not parsed yet, as a change of models.</summary>
    [SkipLocalsInit]
    internal static Change<T> Decode<T>(CdcModel<T> model, ReadOnlySpan<byte> record, Images images)
    {
        var table = model.Attributes;
        var count = table.Count;
        AttributeSlot[]? rented = null;
        var slots = 2 * count <= AttributeScanner.StackSlots
            ? stackalloc AttributeSlot[AttributeScanner.StackSlots]
            : rented = ArrayPool<AttributeSlot>.Shared.Rent(2 * count);
        try
        {
            if (TryWalk(record, table, slots[..count], slots.Slice(count, count), images, out var walked))
            {
                return Decode(model, record, walked, images, slots[..count], slots.Slice(count, count));
            }
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<AttributeSlot>.Shared.Return(rented);
            }
        }

        return Decode(model, record, ParseAndLearn(record, model.Schema.TableName), default, images, enableSensitiveData: false);
    }

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

    private static ChangeView<TView> Finish<TView>(
        ReadOnlySpan<byte> record, Images images, scoped in WalkedRecord walked, scoped ReadOnlySpan<AttributeSlot> after, scoped ReadOnlySpan<AttributeSlot> before)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        ref readonly var envelope = ref walked.Envelope;
        var wantsAfter = WantsAfter(envelope, images);
        var wantsBefore = WantsBefore(envelope, images);
        return new(
            record,
            envelope,
            default,
            wantsBefore ? TView.Create(record, envelope.OldImage.Start, before) : default,
            wantsBefore,
            null,
            wantsAfter ? TView.Create(record, envelope.NewImage.Start, after) : default,
            wantsAfter);
    }

    /// <summary>The general path, and what there is to learn from a record that no template fitted.</summary>
    private static RecordEnvelope ParseAndLearn(ReadOnlySpan<byte> record, string tableName)
    {
        var envelope = EnvelopeParser.Parse(record, options: null, tableName, out var layout);
        RecordWalk.Learn(record, envelope, layout);
        return envelope;
    }
}
