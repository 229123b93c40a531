namespace TypedCdc.Sources;

/// <summary>A piece of a file, in bytes of its content (behind decompression).</summary>
/// <param name="Start">The offset of the first byte.</param>
/// <param name="Length">How many bytes; 0 where there is no range.</param>
public readonly record struct ByteRange(long Start, long Length);
