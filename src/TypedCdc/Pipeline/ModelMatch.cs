using TypedCdc.Decoding;

namespace TypedCdc.Pipeline;

/// <summary>Tells which of the models that share a table an item belongs to.</summary>
internal static class ModelMatch
{
    /// <summary>
    /// Whether the item is one of this model's, by the new image, or the old one, or the keys where that is all there is. Null where an attribute has a kind that the model does not
    /// take, so that it cannot be asked.
    /// </summary>
    internal static bool? Matches(CdcModel model, in CdcRecord record)
    {
        var image = record.NewImage.IsEmpty ? record.OldImage.IsEmpty ? record.Keys : record.OldImage : record.NewImage;
        var table = model.Attributes;
        var slots = table.Count <= AttributeScanner.StackSlots ? stackalloc AttributeSlot[AttributeScanner.StackSlots] : new AttributeSlot[table.Count];
        slots = slots[..table.Count];

        // Only scanned: what another model's item lacks for this one is no error here.
        try
        {
            AttributeScanner.ScanMap(image.Span, 0, table, slots, out var hasUnmapped);
            return model.Matches(new ItemReader(image.Span, slots, table, 0, image.Length, hasUnmapped));
        }
        catch (CdcDecodeException)
        {
            return null;
        }
    }
}
