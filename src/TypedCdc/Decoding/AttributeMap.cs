using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>
/// Attributes as DynamoDB JSON, lossless: what a member with <c>[CdcOverflow]</c> holds. Immutable; equal where the attributes mean the same, because there is one text for each
/// meaning (names and sets sorted, numbers canonical).
/// </summary>
public sealed class AttributeMap : IEquatable<AttributeMap>
{
    private readonly byte[] _utf8;

    private AttributeMap(byte[] utf8) => _utf8 = utf8;

    /// <summary>No attributes.</summary>
    public static AttributeMap Empty { get; } = new("{}"u8.ToArray());

    /// <summary>The attributes, <c>{"name":{"S":"…"},…}</c>.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>How many attributes there are; counts them.</summary>
    public int Count => CollectionWalk.Count(_utf8, Whole);

    /// <summary>Reads attributes from DynamoDB JSON.</summary>
    /// <param name="utf8">An object of attributes, <c>{"name":{"S":"…"},…}</c>.</param>
    /// <exception cref="CdcDecodeException">Not an object of attribute values.</exception>
    public static AttributeMap Parse(ReadOnlySpan<byte> utf8)
    {
        // As a value it passes every check that an image does.
        var value = new byte[utf8.Length + 6];
        "{\"M\":"u8.CopyTo(value);
        utf8.CopyTo(value.AsSpan(5));
        value[^1] = (byte)'}';
        if (!System.Text.Unicode.Utf8.IsValid(value))
        {
            throw new CdcDecodeException("The attributes are not UTF-8.");
        }

        var slot = AttributeScanner.ScanValue(value, 0, out var end);
        if (end != value.Length)
        {
            Malformed.Throw(end - 5, "Something follows the attributes.");
        }

        return FromMap(value, slot, except: null);
    }

    /// <summary>The attributes, for <c>foreach</c>.</summary>
    public AttributeEntries GetEnumerator() => new(_utf8, Whole, null);

    /// <summary>Finds an attribute.</summary>
    /// <returns>False where there is none of this name.</returns>
    public bool TryGetValue(string name, out AttributeValueReader value)
    {
        var utf8Name = Encoding.UTF8.GetBytes(name);
        foreach (var entry in this)
        {
            if (entry.NameEquals(utf8Name))
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Writes the attributes as properties of the object that is open.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var json = new JsonScanner(_utf8, 1);
        if (json.TryTake((byte)'}'))
        {
            return;
        }

        do
        {
            WriteName(writer, json.TakeString().Of(_utf8));
            json.Expect((byte)':');
            writer.WriteRawValue(json.SkipValue(1).Of(_utf8), skipInputValidation: true);
        }
        while (json.TakeCommaOrEnd((byte)'}'));

        static void WriteName(Utf8JsonWriter writer, ReadOnlySpan<byte> spelled)
        {
            using var text = new UnescapedText(spelled, stackalloc byte[256]);
            writer.WritePropertyName(text.Utf8);
        }
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] AttributeMap? other) => other is not null && _utf8.AsSpan().SequenceEqual(other._utf8);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as AttributeMap);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_utf8);
        return hash.ToHashCode();
    }

    /// <summary>The attributes as DynamoDB JSON.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_utf8);

    private AttributeSlot Whole => new(AttributeKind.M, 0, _utf8.Length, isPlain: false);

    /// <summary>The attributes of a scanned map but for those that a table names.</summary>
    internal static AttributeMap FromMap(ReadOnlySpan<byte> record, AttributeSlot map, AttributeTable? except)
    {
        var entries = CollectionWalk.RentSortedMap(record, map, out var count);
        if (entries is null)
        {
            return Empty;
        }

        var buffer = new ArrayBufferWriter<byte>(map.Length);
        var json = new AttributeJson(record, buffer, isPlain: false);
        var isEmpty = true;
        foreach (ref readonly var entry in entries.AsSpan(0, count))
        {
            if (except is not null && except.FindSpelled(entry.Name.Of(record), entry.Name.HasEscapes) >= 0)
            {
                continue;
            }

            buffer.Write(isEmpty ? "{"u8 : ","u8);
            json.WriteText(entry.Name.Of(record));
            buffer.Write(":"u8);
            json.Write(entry.Value);
            isEmpty = false;
        }

        ArrayPool<MapEntry>.Shared.Return(entries);
        if (isEmpty)
        {
            return Empty;
        }

        buffer.Write("}"u8);
        return new(buffer.WrittenSpan.ToArray());
    }
}
