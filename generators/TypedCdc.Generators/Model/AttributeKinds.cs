// The generator cannot reference TypedCdc; a test compares the names with those of TypedCdc.AttributeKind.
using System;

namespace TypedCdc.Generators.Model;

/// <summary>The kinds of attribute value; the names of <c>TypedCdc.AttributeKind</c>, in its order.</summary>
[Flags]
internal enum AttributeKinds
{
    None = 0,
    S = 1 << 0,
    N = 1 << 1,
    B = 1 << 2,
    BOOL = 1 << 3,
    NULL = 1 << 4,
    M = 1 << 5,
    L = 1 << 6,
    SS = 1 << 7,
    NS = 1 << 8,
    BS = 1 << 9,
}
