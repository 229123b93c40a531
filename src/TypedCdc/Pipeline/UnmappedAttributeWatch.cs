using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Pipeline;

/// <summary>Looks for attributes in new images that no member maps.</summary>
internal sealed class UnmappedAttributeWatch(EngineSettings settings)
{
    private const int MaximumSaid = 1_000; // attribute names come from outside

    private readonly ConcurrentDictionary<(string Table, string Attribute), bool> _said = new();

    /// <summary>Counts and says them; returns the error where they are one.</summary>
    internal CdcDecodeException? Check(in CdcRecord record, TableRoute route)
    {
        // Where several models share a table, what one does not map another may.
        if (settings.Unmapped == UnmappedAttributes.Ignore || route.Models.Count == 0 || record.NewImage.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(record.NewImage.Span);
        reader.Read();
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!IsMapped(ref reader, route.Models))
            {
                var name = reader.GetString()!;
                count++;
                if (settings.Unmapped == UnmappedAttributes.Fail)
                {
                    return new("The attribute is mapped by no member of the model, and OnUnmapped says that this is an error.")
                    {
                        TableName = route.TableName,
                        AttributePath = name,
                        Image = "NewImage",
                        Position = record.Position,
                    };
                }

                if (_said.Count < MaximumSaid && _said.TryAdd((route.TableName, name), true))
                {
                    settings.Logger.UnmappedAttribute(name, route.TableName, string.Join(", ", route.Models.Select(model => model.ClrType.Name)));
                }
            }

            reader.Skip();
        }

        if (count > 0)
        {
            settings.Statistics.OnUnmapped(route.Statistics, count);
        }

        return null;
    }

    private static bool IsMapped(ref Utf8JsonReader reader, IReadOnlyList<CdcModel> models)
    {
        foreach (var model in models)
        {
            foreach (var attribute in model.Schema.Attributes)
            {
                if (reader.ValueTextEquals(attribute.Name))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
