using System.Diagnostics.CodeAnalysis;

namespace TypedCdc.Decoding;

/// <summary>Throws what a decoder throws, out of line, so that the hot paths stay small. Every offset is absolute in the record.</summary>
internal static class Malformed
{
    [DoesNotReturn]
    internal static void Throw(int offset, string reason) => throw At(offset, reason);

    internal static CdcDecodeException At(int offset, string reason) => new(reason) { ByteOffset = offset };

    /// <summary>A value of a kind that the member does not take.</summary>
    [DoesNotReturn]
    internal static void ThrowKind(int offset, AttributeKind found, string? expected) => throw new CdcDecodeException(
        found == AttributeKind.NULL ? "The attribute is NULL, which the member cannot hold." : "The attribute is of another type than the one mapped.")
    {
        ByteOffset = offset,
        FoundKind = found,
        Expected = expected,
    };

    /// <summary>An attribute that must be there is not.</summary>
    [DoesNotReturn]
    internal static void ThrowAbsent(int mapOffset, string name, string expected) => throw new CdcDecodeException("A required attribute is absent.")
    {
        ByteOffset = mapOffset,
        AbsentName = name,
        Expected = expected,
    };
}
