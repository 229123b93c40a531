using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>A sink of raw records that keeps each item's newest image, byte for byte as it came: what a table without a model would hold.</summary>
internal sealed class LatestImages : ISink
{
    private readonly ConcurrentDictionary<string, JsonObject> _items = new(StringComparer.Ordinal);
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal IEnumerable<JsonObject> Items => _items.Values;

    public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            var key = Encoding.UTF8.GetString(record.Keys.Span);
            if (record.Operation == ChangeOperation.Remove)
                _items.TryRemove(key, out _);
            else
                _items[key] = JsonNode.Parse(record.NewImage.Span)!.AsObject();
            Interlocked.Increment(ref _count);
        }

        return default;
    }
}
