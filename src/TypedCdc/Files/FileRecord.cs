using TypedCdc.Sources;

namespace TypedCdc.Files;

/// <summary>A record found in a file, or the bytes where one should have been.</summary>
/// <param name="Utf8">Its bytes; valid until the next is read.</param>
/// <param name="Range">Where it stands in the file.</param>
/// <param name="Problem">Why it cannot be a record; null where it may be one.</param>
/// <param name="CarriedNumber">The Kinesis sequence number that stands beside the record in what carries it; 0 where there is none.</param>
internal readonly record struct FileRecord(ReadOnlyMemory<byte> Utf8, ByteRange Range, string? Problem, SequenceNumber CarriedNumber = default);
