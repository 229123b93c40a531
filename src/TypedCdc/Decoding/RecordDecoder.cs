using System.Buffers;
using System.Runtime.CompilerServices;
using TypedCdc.Changes;
using TypedCdc.Decoding;

namespace TypedCdc.Decoding;

/// <summary>
/// Makes changes of records whose envelopes are parsed: a scan of each image into slots, the model from the slots, the mask of changed attributes from both.
/// Allocates the change, its models and what they hold.
/// </summary>
internal static partial class RecordDecoder
{
    [SkipLocalsInit]
    internal static Change<T> Decode<T>(
        CdcModel<T> model, ReadOnlySpan<byte> record, in RecordEnvelope envelope, StreamPosition position, Images images, bool enableSensitiveData)
    {
        var count = model.Attributes.Count;
        AttributeSlot[]? rented = null;
        var slots = 2 * count <= AttributeScanner.StackSlots
            ? stackalloc AttributeSlot[AttributeScanner.StackSlots]
            : rented = ArrayPool<AttributeSlot>.Shared.Rent(2 * count);
        try
        {
            return new Decoding<T>(model, record, envelope, position, enableSensitiveData, slots[..count], slots.Slice(count, count), default).Decode(images);
        }
        catch (CdcDecodeException exception)
        {
            DecodeErrorContext.Complete(exception, record, envelope, position, enableSensitiveData);
            throw;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<AttributeSlot>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Reads an item that stands alone, without a record around it.</summary>
    internal static T ReadItem<T>(CdcModel<T> model, ReadOnlySpan<byte> utf8, in JsonSlice item)
    {
        var count = model.Attributes.Count;
        AttributeSlot[]? rented = null;
        var slots = count <= AttributeScanner.StackSlots
            ? stackalloc AttributeSlot[AttributeScanner.StackSlots]
            : rented = ArrayPool<AttributeSlot>.Shared.Rent(count);
        try
        {
            var json = new JsonScanner(utf8, item.Start);
            json.SkipValue(0);
            if (json.Position != item.Start + item.Length)
            {
                Malformed.Throw(json.Position, "Something follows the item.");
            }

            return Read(model, Scan(model, utf8, item, slots, isKeys: false), item);
        }
        catch (CdcDecodeException exception)
        {
            DecodeErrorContext.Complete(
                exception, utf8, new() { Operation = ChangeOperation.Snapshot, TableName = model.Schema.TableName, NewImage = item }, default, enableSensitiveData: false);
            throw;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<AttributeSlot>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Scans one map of the record for the model's attributes, and checks that those required are there.</summary>
    internal static ItemReader Scan(CdcModel model, ReadOnlySpan<byte> record, scoped in JsonSlice map, Span<AttributeSlot> slots, bool isKeys)
    {
        var table = model.Attributes;
        slots = slots[..table.Count];
        AttributeScanner.ScanMap(record, map.Start, table, slots, out var hasUnmapped);
        table.FillKeyParts(record, map.Start, slots);
        if (isKeys)
        {
            KeepKeys(model, map, slots);
        }
        else if (!table.HasAllRequired(slots))
        {
            AttributeScanner.RequireAll(map.Start, table, slots);
        }

        return new(record, slots, table, map.Start, map.Length, hasUnmapped);
    }

    /// <summary>A record in place; see <see cref="ChangeView{TView}"/>.</summary>
    internal static ChangeView<TView> View<TView>(ReadOnlySpan<byte> record, scoped in RecordEnvelope envelope, StreamPosition position, Images images, bool enableSensitiveData)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        try
        {
            var wantsAfter = WantsAfter(envelope, images);
            var wantsBefore = WantsBefore(envelope, images);
            var after = wantsAfter ? View<TView>(record, envelope.NewImage, isKeys: false) : default;
            TView before = default;
            CdcDecodeException? error = null;
            if (wantsBefore)
            {
                try
                {
                    before = View<TView>(record, envelope.OldImage, isKeys: false);
                }
                catch (CdcDecodeException exception)
                {
                    DecodeErrorContext.Complete(exception, record, envelope, position, enableSensitiveData);
                    error = exception;
                }
            }

            return new(record, envelope, position, before, wantsBefore && error is null, error, after, wantsAfter);
        }
        catch (CdcDecodeException exception)
        {
            DecodeErrorContext.Complete(exception, record, envelope, position, enableSensitiveData);
            throw;
        }
    }

    /// <summary>Only the key's attributes of a record.</summary>
    internal static TView ViewKeys<TView>(ReadOnlySpan<byte> record, scoped in RecordEnvelope envelope)
        where TView : struct, ICdcView<TView>, allows ref struct
        => View<TView>(record, envelope.Keys.Length > 0 ? envelope.Keys : envelope.NewImage, isKeys: true);

    /// <summary>One map in place.</summary>
    [SkipLocalsInit]
    internal static TView View<TView>(ReadOnlySpan<byte> record, scoped in JsonSlice map, bool isKeys)
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        var table = TView.Attributes;
        AttributeSlot[]? rented = null;
        var slots = table.Count <= AttributeScanner.StackSlots
            ? stackalloc AttributeSlot[AttributeScanner.StackSlots]
            : rented = ArrayPool<AttributeSlot>.Shared.Rent(table.Count);
        slots = slots[..table.Count];
        try
        {
            AttributeScanner.ScanMap(record, map.Start, table, slots, out _);
            table.FillKeyParts(record, map.Start, slots);
            if (isKeys)
            {
                KeepKeys(ModelOf<TView>(), map, slots);
            }
            else if (!table.HasAllRequired(slots))
            {
                AttributeScanner.RequireAll(map.Start, table, slots);
            }

            return TView.Create(record, map.Start, slots);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<AttributeSlot>.Shared.Return(rented);
            }
        }
    }

    internal static CdcModel ModelOf<TView>()
        where TView : struct, ICdcView<TView>, allows ref struct
        => TView.Model ?? throw new InvalidOperationException($"'{typeof(TView)}' is the view of a nested model, not of a table's items.");

    internal static EventId EventIdOf(ReadOnlySpan<byte> record, in RecordEnvelope envelope)
    {
        using var text = new UnescapedText(envelope.EventId.Of(record), envelope.EventId.HasEscapes ? stackalloc byte[256] : default);
        return EventId.Parse(text.Utf8);
    }

    internal static ChangeHeader HeaderOf(ReadOnlySpan<byte> record, in RecordEnvelope envelope, StreamPosition position) => new()
    {
        TableName = envelope.TableName,
        Region = envelope.Region,
        EventId = EventIdOf(record, envelope),
        UserIdentity = UserIdentityOf(record, envelope),
        TimestampMicroseconds = envelope.TimestampMicroseconds,
        IsTimeUnknown = envelope.IsTimeUnknown,
        SizeBytes = envelope.SizeBytes,
        IsTimeToLive = envelope.IsTimeToLive,
        Position = position,
    };

    internal static UserIdentity? UserIdentityOf(ReadOnlySpan<byte> record, in RecordEnvelope envelope) => envelope.IsTimeToLive ? UserIdentity.TimeToLive
        : envelope.UserType.Length + envelope.UserPrincipal.Length == 0 ? null
        : new(TextOf(record, envelope.UserType), TextOf(record, envelope.UserPrincipal));

    private static string TextOf(ReadOnlySpan<byte> record, in JsonSlice slice) => JsonText.GetString(slice.Of(record), slice.IsPlain);

    /// <summary>Leaves only the key's attributes, so that a whole image and a <c>Keys</c> map read the same.</summary>
    private static void KeepKeys(CdcModel model, in JsonSlice map, Span<AttributeSlot> slots)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            if (!model.IsKeyAttribute(i) && !model.Attributes[i].IsKeyPart)
            {
                slots[i] = default;
            }
            else if (slots[i].Kind == AttributeKind.None)
            {
                Malformed.ThrowAbsent(map.Start, model.Attributes[i].Name, model.Attributes[i].Expected);
            }
        }
    }

    private static T Read<T>(CdcModel<T> model, scoped in ItemReader item, scoped in JsonSlice image)
    {
        try
        {
            return model.Read(item);
        }
        catch (Exception exception) when (exception is not (CdcDecodeException or OutOfMemoryException))
        {
            // The user's own code: a constructor, a setter, a converter.
            throw new CdcDecodeException("A constructor, a setter or a converter of the model refused the item.", exception) { ByteOffset = image.Start };
        }
    }

    /// <summary>Which images are in their slots already.</summary>
    [Flags]
    private enum ScannedImages
    {
        None = 0,
        After = 1,
        Before = 2,
        UnmappedAfter = 4,
        UnmappedBefore = 8,
    }

    /// <summary>One record on its way to a change.</summary>
    private readonly ref struct Decoding<T>(
        CdcModel<T> model, ReadOnlySpan<byte> record, in RecordEnvelope envelope, StreamPosition position, bool enableSensitiveData, Span<AttributeSlot> after, Span<AttributeSlot> before,
        ScannedImages scanned)
    {
        private readonly CdcModel<T> _model = model;
        private readonly ReadOnlySpan<byte> _record = record;
        private readonly ref readonly RecordEnvelope _envelope = ref envelope;
        private readonly StreamPosition _position = position;
        private readonly bool _enableSensitiveData = enableSensitiveData;
        private readonly Span<AttributeSlot> _after = after;
        private readonly Span<AttributeSlot> _before = before;
        private readonly ScannedImages _scanned = scanned;

        internal Change<T> Decode(Images images)
        {
            var wantsAfter = (images & Images.After) != 0 && _envelope.NewImage.Length > 0;
            var wantsBefore = (images & Images.Before) != 0 && _envelope.OldImage.Length > 0;
            var all = AttributeMask.All(_model.Attributes.Count);
            var header = HeaderOf(_record, _envelope, _position);
            switch (_envelope.Operation)
            {
                case ChangeOperation.Snapshot:
                    return new Snapshot<T>(header, all, ReadAfter());

                case ChangeOperation.Insert:
                    return wantsAfter
                        ? new Inserted<T>(header, all, ReadAfter(), hasAfter: true, key: null)
                        : new Inserted<T>(header, all, default, hasAfter: false, ReadKey());

                case ChangeOperation.Remove:
                    {
                        CdcDecodeException? error = null;
                        T? value = default;
                        var hasBefore = wantsBefore && TryReadBefore(out value, out error);
                        return new Removed<T>(header, all, value, hasBefore, error, hasBefore ? null : ReadKey());
                    }

                default:
                    {
                        var value = wantsAfter ? ReadAfter() : default;
                        CdcDecodeException? error = null;
                        T? old = default;
                        var hasBefore = wantsBefore && TryReadBefore(out old, out error);
                        var changed = wantsAfter && hasBefore ? AttributeComparer.Compare(_record, _before, _after) : all;
                        return new Modified<T>(header, changed, old, hasBefore, error, value, wantsAfter, wantsAfter || hasBefore ? null : ReadKey());
                    }
            }
        }

        private T ReadAfter() => Read(_envelope.NewImage, _after, ScannedImages.After, ScannedImages.UnmappedAfter);

        private T Read(in JsonSlice image, Span<AttributeSlot> slots, ScannedImages isScanned, ScannedImages isUnmapped) => RecordDecoder.Read(
            _model,
            (_scanned & isScanned) != 0
                ? new(_record, slots, _model.Attributes, image.Start, image.Length, (_scanned & isUnmapped) != 0)
                : Scan(_model, _record, image, slots, isKeys: false),
            image);

        private object ReadKey()
        {
            var map = _envelope.Keys;
            return _model.ReadKey(Scan(_model, _record, map, _after, isKeys: true));
        }

        /// <summary>The old image may be from before the model's time: that it does not fit is said, and is no error of the change.</summary>
        private bool TryReadBefore(out T? value, out CdcDecodeException? error)
        {
            try
            {
                value = Read(_envelope.OldImage, _before, ScannedImages.Before, ScannedImages.UnmappedBefore);
                error = null;
                return true;
            }
            catch (CdcDecodeException exception)
            {
                DecodeErrorContext.Complete(exception, _record, _envelope, _position, _enableSensitiveData);
                value = default;
                error = exception;
                return false;
            }
        }
    }
}
