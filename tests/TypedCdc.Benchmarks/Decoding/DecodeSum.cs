using System.Text;
using System.Text.Json;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Takes in what a way has read, so that nothing is optimized away, and so that all ways can be compared.</summary>
/// <param name="isExact">Hash the content of texts and the digits of numbers: for the comparison, not for the clock.</param>
internal struct DecodeSum(bool isExact)
{
    private ulong _value = 1;

    public readonly ulong Value => _value;

    public void Add(long value) => _value = isExact ? (_value ^ (ulong)value) * 0x9E3779B97F4A7C15 + 1 : _value + (ulong)value;

    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    public void Add(decimal value) => Add(isExact ? (long)(value * 1_000_000_000m) : value.Scale);

    public void Add(string? text)
    {
        if (!isExact)
        {
            _value += (ulong)(text?.Length ?? 0);
            return;
        }

        foreach (var character in text ?? "")
        {
            Add(character);
        }

        Add(text?.Length ?? -1);
    }

    /// <summary>A text as it is between its quotes in JSON.</summary>
    public void AddSpelled(ReadOnlySpan<byte> utf8, bool isNull = false)
    {
        if (!isExact)
        {
            _value += (ulong)utf8.Length;
        }
        else if (isNull)
        {
            Add((string?)null);
        }
        else
        {
            Add(utf8.Contains((byte)'\\') ? JsonSerializer.Deserialize([(byte)'"', .. utf8, (byte)'"'], TextJson.Default.String) : Encoding.UTF8.GetString(utf8));
        }
    }

    public void Add(ReadOnlySpan<byte> binary)
    {
        Add(binary.Length);
        if (isExact)
        {
            foreach (var value in binary)
            {
                Add(value);
            }
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
