using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// One attribute as its exact bytes in compact JSON, from the quote before its name to the first byte of its value: <c>"first_name":{"S":"</c>. One vector comparison recognizes name and type.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct AttributeLiteral
{
    internal const int Size = 64;

    /// <summary>The bytes; 0 behind them.</summary>
    internal Vector256<byte> Text;

    /// <summary>One bit for each byte of <see cref="Text"/> that counts; a literal that matches nothing has a bit set for a 0.</summary>
    internal uint Mask;

    /// <summary>The bits up to the quote before the type descriptor.</summary>
    internal uint NameMask;

    /// <summary>How long the literal is.</summary>
    internal int Length;

    /// <summary>How long it is up to the quote before the type descriptor.</summary>
    internal int NameLength;

    /// <summary>What follows the literal.</summary>
    internal LiteralShape Shape;

    /// <summary>The attribute's ordinal.</summary>
    internal ushort Ordinal;

    /// <summary>The kind of the value.</summary>
    internal AttributeKind Kind;

    /// <summary>The kinds that the member takes.</summary>
    internal AttributeKind Kinds;
}

/// <summary>What follows an attribute's literal.</summary>
internal enum LiteralShape : byte
{
    /// <summary>An S up to its closing quote.</summary>
    Text,

    /// <summary>An N up to its closing quote.</summary>
    Number,

    /// <summary>A BOOL's <c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A value for the <see cref="ValueScanner"/>: a binary, a container, a type that the literal does not name.</summary>
    Other,
}
