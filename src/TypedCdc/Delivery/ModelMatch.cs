using TypedCdc.Decoding;

namespace TypedCdc.Delivery;

/// <summary>Whether an item is one of a model's.</summary>
internal enum ModelVerdict
{
    /// <summary>It is not.</summary>
    No,

    /// <summary>It is.</summary>
    Yes,

    /// <summary>Its key is of the model's form, but the discriminator cannot be asked: the record has no image.</summary>
    ByKeyAlone,
}

/// <summary>Tells which of the models that share a table an item belongs to.</summary>
internal static class ModelMatch
{
    /// <summary>
    /// Asks the key's patterns first, which every record can answer, then the discriminator in the new image, or the old one where that is all there is. What another
    /// model's item lacks for this one, or has of another kind, is no error here.
    /// </summary>
    /// <exception cref="CdcDecodeException">The map that is asked is not one of attribute values.</exception>
    internal static ModelVerdict Match(CdcModel model, in CdcRecord record)
    {
        var table = model.Attributes.OfAnyKind;
        var slots = table.Count <= AttributeScanner.StackSlots ? stackalloc AttributeSlot[AttributeScanner.StackSlots] : new AttributeSlot[table.Count];
        slots = slots[..table.Count];
        var image = record.NewImage.IsEmpty ? record.OldImage : record.NewImage;
        var hasPatterns = table.Patterns.Length > 0;
        if (hasPatterns)
        {
            var keys = (record.Keys.IsEmpty ? image : record.Keys).Span;
            AttributeScanner.ScanMap(keys, 0, table, slots, out _);
            if (!table.TryFillKeyParts(keys, slots))
            {
                return ModelVerdict.No;
            }
        }

        if (!model.HasDiscriminator)
        {
            return ModelVerdict.Yes;
        }

        if (image.IsEmpty)
        {
            return hasPatterns ? ModelVerdict.ByKeyAlone : ModelVerdict.No;
        }

        AttributeScanner.ScanMap(image.Span, 0, table, slots, out var hasUnmapped);
        return model.Matches(new ItemReader(image.Span, slots, table, 0, image.Length, hasUnmapped)) ? ModelVerdict.Yes : ModelVerdict.No;
    }

    /// <summary>The key pattern that an item of no model nearly matches; null for none.</summary>
    /// <exception cref="CdcDecodeException">The keys are not a map of attribute values.</exception>
    internal static KeyPattern? FindKeyMismatch(CdcModel model, in CdcRecord record, out string reason)
    {
        reason = "";
        var table = model.Attributes.OfAnyKind;
        if (table.Patterns.Length == 0)
        {
            return null;
        }

        var slots = table.Count <= AttributeScanner.StackSlots ? stackalloc AttributeSlot[AttributeScanner.StackSlots] : new AttributeSlot[table.Count];
        slots = slots[..table.Count];
        var keys = (!record.Keys.IsEmpty ? record.Keys : record.NewImage.IsEmpty ? record.OldImage : record.NewImage).Span;
        AttributeScanner.ScanMap(keys, 0, table, slots, out _);
        return table.TryFillKeyParts(keys, slots) ? null : table.FindKeyMismatch(keys, slots, out reason);
    }
}
