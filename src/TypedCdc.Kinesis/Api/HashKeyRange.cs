using System.Runtime.InteropServices;

namespace TypedCdc;

/// <summary>The hash keys that a shard takes: of 0 to 2¹²⁸ − 1, both ends included.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The last.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HashKeyRange(UInt128 Start, UInt128 End);
