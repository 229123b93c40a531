namespace TypedCdc.Decoding;

/// <summary>A piece of the record.</summary>
/// <param name="Start">Its first byte, absolute in the record.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="IsPlain">It is ASCII without escapes: its bytes are its characters.</param>
/// <param name="HasEscapes">It is spelled with backslashes.</param>
internal readonly record struct JsonSlice(int Start, int Length, bool IsPlain, bool HasEscapes)
{
    internal int End => Start + Length;

    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record) => record.Slice(Start, Length);
}
