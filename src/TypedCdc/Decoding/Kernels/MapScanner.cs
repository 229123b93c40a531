using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// Scans a map of attributes in compact JSON into a table's slots: the fast form of <see cref="AttributeScanner"/>, with the same slots, or no answer at all. An attribute is expected to be the
/// one that followed its predecessor in an earlier map; its literal is one vector comparison. Else a hash finds the literal by the name.
/// </summary>
internal static unsafe class MapScanner
{
    private const uint NextAttribute = '"' | '}' << 8 | ',' << 16 | (uint)'"' << 24; // "},"
    private const uint LastAttribute = '"' | '}' << 8 | '}' << 16;                   // "}}
    private const uint ThreeBytes = 0x00FFFFFF;
    private const ulong NullValue = 0x72743A224C4C554E;                              // NULL":tr
    private const ulong FalseValue = 0x00007D65736C6166;                             // false}
    private const ulong TrueValue = 0x0000007D65757274;                              // true}

    /// <summary>Why the loop over the attributes was left.</summary>
    private enum Stop
    {
        /// <summary>The map's end: the position is behind it.</summary>
        End,

        /// <summary>Not what the fast path knows.</summary>
        Fail,

        /// <summary>No literal is what is at the position.</summary>
        Unexpected,

        /// <summary>A text that is long, or not plain.</summary>
        Text,

        /// <summary>A number that is more than sixteen characters.</summary>
        Number,

        /// <summary>The value of a known attribute, for the <see cref="ValueScanner"/>.</summary>
        Value,
    }

    /// <summary>Scans the map at <paramref name="position"/> and returns the offset behind it; -1 where the general path has to do it. The slots are cleared first.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length, at least 64.</param>
    /// <param name="position">The map's opening brace.</param>
    /// <param name="table">What is looked for.</param>
    /// <param name="slots">One slot an attribute.</param>
    /// <param name="followers">Which attribute is expected behind each: that of index 0 is the first, that of n + 1 follows the ordinal n.</param>
    /// <param name="hasUnmapped">Whether there are attributes that the table does not name.</param>
    internal static int Scan(ref byte bytes, int length, int position, AttributeTable table, Span<AttributeSlot> slots, ref ushort followers, out bool hasUnmapped)
    {
        hasUnmapped = false;
        slots.Clear();
        if ((uint)position > (uint)(length - 2) || Bytes.U8(ref bytes, position) != '{')
        {
            return -1;
        }

        position++;
        if (Bytes.U8(ref bytes, position) == '}')
        {
            return position + 1;
        }

        var cursor = new Cursor { Position = position };
        ref var first = ref MemoryMarshal.GetReference(slots);
        var stop = Run(ref bytes, length, table.Literals, ref first, ref followers, ref cursor);
        return stop switch
        {
            Stop.End => cursor.Position,
            Stop.Fail => -1,
            _ => ScanRest(stop, ref bytes, length, table, ref first, ref followers, ref cursor, ref hasUnmapped),
        };
    }

    /// <summary>The same, from something on that the loop leaves.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ScanRest(
        Stop stop, ref byte bytes, int length, AttributeTable table, ref AttributeSlot slots, ref ushort followers, ref Cursor cursor, ref bool hasUnmapped)
    {
        NameSet.Begin(out var unmapped);
        while (stop != Stop.End)
        {
            if (stop == Stop.Fail || !Resume(stop, ref bytes, length, table, ref slots, ref cursor, ref unmapped, ref hasUnmapped))
            {
                return -1;
            }

            // Behind the brace of a value.
            var position = cursor.Position;
            if (position > length - 2)
            {
                return -1;
            }

            var next = Bytes.U8(ref bytes, position++);
            if (next != ',')
            {
                return next == '}' ? position : -1;
            }

            cursor.Position = position;
            stop = Run(ref bytes, length, table.Literals, ref slots, ref followers, ref cursor);
        }

        return cursor.Position;
    }

    /// <summary>Where the scan is.</summary>
    private struct Cursor
    {
        /// <summary>The quote before a name; where a value ends, behind its brace.</summary>
        internal int Position;

        /// <summary>The attribute before it, as an index into the followers.</summary>
        internal int Previous;

        /// <summary>The literal at the position, where it is one.</summary>
        internal AttributeLiteral* Literal;
    }

    // Calls nothing, so that all of its state stays in registers; what is rare leaves it.
    [SkipLocalsInit]
    private static Stop Run(ref byte bytes, int length, AttributeLiterals literals, ref AttributeSlot slots, ref ushort followers, ref Cursor cursor)
    {
        var all = literals.First;
        var position = cursor.Position;
        nint previous = cursor.Previous;
        AttributeLiteral* literal;
        Stop stop;
        while (true)
        {
            literal = all + Unsafe.Add(ref followers, previous);
            if (position > length - Vector256<byte>.Count)
            {
                stop = Stop.Fail;
                break;
            }

            BlockMasks.LoadAt(ref bytes, length, position, out var quotes, out var special);
            var head = Vector256.LoadUnsafe(ref bytes, (nuint)(uint)position);
            var differences = ~Vector256.Equals(head, literal->Text).ExtractMostSignificantBits();
            if ((differences & literal->Mask) != 0)
            {
                if ((differences & literal->NameMask) != 0)
                {
                    // The name ends before the second quote.
                    var nameLength = BitOperations.TrailingZeroCount(quotes & (quotes - 1)) - 1;
                    if (position + nameLength > length - Vector256<byte>.Count)
                    {
                        stop = Stop.Fail;
                        break;
                    }

                    literal = literals.Find(ref bytes, position + 1, nameLength);
                    differences = ~Vector256.Equals(head, literal->Text).ExtractMostSignificantBits();
                    if ((differences & literal->NameMask) != 0)
                    {
                        stop = Stop.Unexpected;
                        break;
                    }

                    Unsafe.Add(ref followers, previous) = literal->Ordinal;
                }

                if ((differences & literal->Mask) != 0)
                {
                    // The right name and another type than the literal's.
                    previous = literal->Ordinal + 1;
                    var descriptor = position + literal->NameLength - 1;
                    if (descriptor > length - 16 || Bytes.U64(ref bytes, descriptor + 1) != NullValue || (Bytes.U32(ref bytes, descriptor + 9) & ThreeBytes) != ('u' | 'e' << 8 | '}' << 16)
                        || (literal->Kinds & AttributeKind.NULL) == 0)
                    {
                        stop = Stop.Value;
                        break;
                    }

                    ref var none = ref Unsafe.Add(ref slots, (nint)literal->Ordinal);
                    if (none.Kind != AttributeKind.None)
                    {
                        stop = Stop.Fail;
                        break;
                    }

                    none = new(AttributeKind.NULL, descriptor + 7, 4, isPlain: true);
                    position = descriptor + 12;
                    goto behindValue;
                }
            }

            previous = literal->Ordinal + 1;
            ref var slot = ref Unsafe.Add(ref slots, (nint)literal->Ordinal);
            if (slot.Kind != AttributeKind.None)
            {
                stop = Stop.Fail;
                break;
            }

            var start = position + literal->Length;
            if (literal->Shape <= LiteralShape.Number)
            {
                // Five quotes are the literal's; the sixth closes the value.
                var close = BlockMasks.Nth(quotes, 5);
                if (close == 0 || (special & (close - 1)) != 0)
                {
                    stop = Stop.Text;
                    break;
                }

                var end = position + BitOperations.TrailingZeroCount(close);
                var form = NumberForm.Unknown;
                if (literal->Shape == LiteralShape.Number)
                {
                    form = NumberKernel.FormOf(ref bytes, start, end);
                    if (form == NumberForm.Unknown)
                    {
                        stop = Stop.Number;
                        break;
                    }
                }

                slot = new(literal->Kind, start, end - start, isPlain: true, form);
                if (end > length - 4)
                {
                    stop = Stop.Fail;
                    break;
                }

                var after = Bytes.U32(ref bytes, end);
                position = end + 3;
                if (after == NextAttribute)
                {
                    continue;
                }

                stop = (after & ThreeBytes) == LastAttribute ? Stop.End : Stop.Fail;
                break;
            }

            if (literal->Shape != LiteralShape.Boolean)
            {
                stop = Stop.Value;
                break;
            }

            if (start > length - sizeof(ulong))
            {
                stop = Stop.Fail;
                break;
            }

            // true} or false}
            var word = Bytes.U64(ref bytes, start);
            var isFalse = (word & 0x0000FFFFFFFFFFFF) == FalseValue;
            if (!isFalse && (word & 0x000000FFFFFFFFFF) != TrueValue)
            {
                stop = Stop.Fail;
                break;
            }

            slot = new(AttributeKind.BOOL, start, isFalse ? 5 : 4, isPlain: true);
            position = start + (isFalse ? 6 : 5);
        behindValue:
            if (position > length - 2)
            {
                stop = Stop.Fail;
                break;
            }

            var separator = Bytes.U16(ref bytes, position);
            position++;
            if (separator == (',' | '"' << 8))
            {
                continue;
            }

            stop = (separator & 0xFF) == '}' ? Stop.End : Stop.Fail;
            break;
        }

        cursor.Position = position;
        cursor.Previous = (int)previous;
        cursor.Literal = literal;
        return stop;
    }

    /// <summary>Does what the loop leaves; afterwards the cursor is behind the value.</summary>
    private static bool Resume(
        Stop stop, ref byte bytes, int length, AttributeTable table, ref AttributeSlot slots, ref Cursor cursor, ref NameSet unmapped, ref bool hasUnmapped)
    {
        if (stop == Stop.Unexpected)
        {
            return TakeUnexpected(ref bytes, length, table, ref slots, ref cursor, ref unmapped, ref hasUnmapped);
        }

        var literal = cursor.Literal;
        ref var slot = ref Unsafe.Add(ref slots, (nint)literal->Ordinal);
        if (stop == Stop.Value)
        {
            return TakeValue(ref bytes, length, cursor.Position + literal->NameLength - 2, literal->Kinds, ref slot, ref cursor);
        }

        var end = ValueScanner.TextEnd(ref bytes, length, cursor.Position + literal->Length, literal->Kind, out slot);
        if (end < 0 || end > length - 2 || Bytes.U16(ref bytes, end) != ('"' | '}' << 8))
        {
            return false;
        }

        cursor.Position = end + 2;
        return true;
    }

    private static bool TakeValue(ref byte bytes, int length, int position, AttributeKind kinds, ref AttributeSlot slot, ref Cursor cursor)
    {
        if (slot.Kind != AttributeKind.None)
        {
            return false;
        }

        cursor.Position = ValueScanner.Take(ref bytes, length, position, depth: 0, out slot);
        return cursor.Position >= 0 && (slot.Kind & kinds) != 0;
    }

    /// <summary>An attribute that the table does not name, or one that has no literal of its own.</summary>
    private static bool TakeUnexpected(
        ref byte bytes, int length, AttributeTable table, ref AttributeSlot slots, ref Cursor cursor, ref NameSet unmapped, ref bool hasUnmapped)
    {
        var name = cursor.Position + 1;
        if (Bytes.U8(ref bytes, name - 1) != '"')
        {
            return false;
        }

        var end = TextScan.End(ref bytes, length, name, out _, out var hasEscapes);
        if (end < 0 || hasEscapes || end > length - 2 || Bytes.U8(ref bytes, end + 1) != ':')
        {
            return false;
        }

        var ordinal = table.Find(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, name), end - name));
        if (ordinal >= 0)
        {
            cursor.Previous = ordinal + 1;
            return TakeValue(ref bytes, length, end + 2, table[ordinal].Kinds, ref Unsafe.Add(ref slots, (nint)ordinal), ref cursor);
        }

        hasUnmapped = true;
        cursor.Position = ValueScanner.Take(ref bytes, length, end + 2, depth: 0, out _);
        return cursor.Position >= 0 && unmapped.Add(ref bytes, length, name, end - name);
    }
}
