using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TypedCdc.Decoding;

namespace TypedCdc.Delivery;

/// <summary>Looks for attributes in new images that no member maps.</summary>
internal sealed class UnmappedAttributeWatch(EngineSettings settings)
{
    private const int MaximumSaid = 1_000; // attribute names come from outside

    private readonly ConcurrentDictionary<(string Table, string Attribute), bool> _said = new();

    /// <summary>Counts and says them; returns the error where they are one.</summary>
    internal CdcDecodeException? Check(in CdcRecord record, TableRoute route)
    {
        // Where several models share a table, what one does not map another may; and an overflow takes what is left.
        if (settings.Unmapped == UnmappedAttributes.Ignore || route.Models.Count == 0 || route.HasOverflow || record.NewImage.IsEmpty)
        {
            return null;
        }

        // The record's JSON is sound; only the names of this level are looked at.
        var image = record.NewImage.Span;
        var json = new JsonScanner(image, 0);
        json.Expect((byte)'{');
        var count = 0;
        for (var hasMore = !json.TryTake((byte)'}'); hasMore; hasMore = json.TakeCommaOrEnd((byte)'}'))
        {
            var name = json.TakeString();
            json.Expect((byte)':');
            json.SkipValue(0);
            if (IsMapped(name, image, route.Models))
            {
                continue;
            }

            count++;
            var text = JsonText.GetString(name.Of(image), name.IsPlain);
            if (settings.Unmapped == UnmappedAttributes.Fail)
            {
                return new("The attribute is mapped by no member of the model, and OnUnmapped says that this is an error.")
                {
                    TableName = route.TableName,
                    AttributePath = text,
                    Image = "NewImage",
                    Position = record.Position,
                };
            }

            if (_said.Count < MaximumSaid && _said.TryAdd((route.TableName, text), true))
            {
                settings.Logger.UnmappedAttribute(text, route.TableName, string.Join(", ", route.Models.Select(model => model.ClrType.Name)));
            }
        }

        if (count > 0)
        {
            settings.Statistics.OnUnmapped(route.Statistics, count);
        }

        return null;
    }

    private static bool IsMapped(in JsonSlice name, ReadOnlySpan<byte> image, IReadOnlyList<CdcModel> models)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].Attributes.FindSpelled(name.Of(image), name.HasEscapes) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
