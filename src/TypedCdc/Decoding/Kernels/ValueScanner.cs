using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// Passes one attribute value in compact JSON, <c>{"L":[{"N":"1"}]}</c>, with all the checks of the general path. Whatever it does not know it leaves to that path, which says what is wrong
/// or takes it: whitespace, escaped names, more than 32 levels.
/// </summary>
internal static class ValueScanner
{
    // DynamoDB nests 32 levels (developer guide, "Quotas": attributes).
    private const int MaxDepth = 32;

    // The longest piece that is read as words, before it is known what it is: {"BOOL":false}
    private const int Lookahead = 16;

    private static readonly ulong StringStart = Bytes.Word("{\"S\":\""u8);
    private static readonly ulong NumberStart = Bytes.Word("{\"N\":\""u8);
    private static readonly ulong BinaryStart = Bytes.Word("{\"B\":\""u8);
    private static readonly ulong MapStart = Bytes.Word("{\"M\":{"u8);
    private static readonly ulong ListStart = Bytes.Word("{\"L\":["u8);
    private static readonly ulong StringSetStart = Bytes.Word("{\"SS\":["u8);
    private static readonly ulong NumberSetStart = Bytes.Word("{\"NS\":["u8);
    private static readonly ulong BinarySetStart = Bytes.Word("{\"BS\":["u8);
    private static readonly ulong BooleanStart = Bytes.Word("{\"BOOL\":"u8);
    private static readonly ulong NullStart = Bytes.Word("{\"NULL\":"u8);
    private static readonly ulong True = Bytes.Word("true"u8);
    private static readonly ulong False = Bytes.Word("false}"u8);

    private const ulong SixBytes = 0x0000FFFFFFFFFFFF;
    private const ulong SevenBytes = 0x00FFFFFFFFFFFFFF;
    private const uint QuoteBrace = '"' | '}' << 8;

    /// <summary>Passes a value and returns the offset behind it; -1 where the general path has to look at it.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length, at least 64.</param>
    /// <param name="position">Where the value's brace is expected.</param>
    /// <param name="depth">How many containers there are around it.</param>
    /// <param name="slot">The value.</param>
    internal static int Take(ref byte bytes, int length, int position, int depth, out AttributeSlot slot)
    {
        slot = default;
        if ((uint)position > (uint)(length - Lookahead))
        {
            return -1;
        }

        var start = Bytes.U64(ref bytes, position);
        var six = start & SixBytes;
        if (six == StringStart)
        {
            return TakeText(ref bytes, length, position + 6, AttributeKind.S, out slot);
        }

        if (six == NumberStart)
        {
            return TakeText(ref bytes, length, position + 6, AttributeKind.N, out slot);
        }

        if (six == MapStart || six == ListStart)
        {
            var end = depth >= MaxDepth ? -1
                : six == MapStart ? SkipMap(ref bytes, length, position + 5, depth + 1)
                : SkipList(ref bytes, length, position + 5, depth + 1);
            return Close(ref bytes, length, position + 5, end, six == MapStart ? AttributeKind.M : AttributeKind.L, out slot);
        }

        if (six == BinaryStart)
        {
            return TakeText(ref bytes, length, position + 6, AttributeKind.B, out slot);
        }

        var seven = start & SevenBytes;
        if (seven == StringSetStart || seven == NumberSetStart || seven == BinarySetStart)
        {
            var element = seven == StringSetStart ? AttributeKind.S : seven == NumberSetStart ? AttributeKind.N : AttributeKind.B;
            var end = SkipSet(ref bytes, length, position + 6, element);
            return Close(ref bytes, length, position + 6, end, (AttributeKind)((int)element << 7), out slot);
        }

        return TakeLiteral(ref bytes, position, start, out slot);
    }

    /// <summary>Passes the next value of a container that has been checked before: one that is a map or a list is not looked into.</summary>
    internal static AttributeSlot TakeChecked(ReadOnlySpan<byte> record, ref JsonScanner json)
    {
        var start = json.Position;
        if (start <= record.Length - Lookahead && Bytes.CanUseKernels(record.Length))
        {
            ref var bytes = ref MemoryMarshal.GetReference(record);
            var six = Bytes.U64(ref bytes, start) & SixBytes;
            if (six == MapStart || six == ListStart)
            {
                var end = ContainerSkip.End(ref bytes, record.Length, start + 5);
                if (end >= 0 && end < record.Length && Bytes.U8(ref bytes, end) == '}')
                {
                    json.Position = end + 1;
                    return new(six == MapStart ? AttributeKind.M : AttributeKind.L, start + 5, end - start - 5, isPlain: false);
                }
            }
        }

        var slot = AttributeScanner.ScanValue(record, start, out var behind);
        json.Position = behind;
        return slot;
    }

    /// <summary>Passes a map of attributes, whatever their names, and returns the offset behind it; -1 as <see cref="Take"/>.</summary>
    [SkipLocalsInit]
    internal static int SkipMap(ref byte bytes, int length, int position, int depth)
    {
        if (position > length - Lookahead || Bytes.U8(ref bytes, position) != '{')
        {
            return -1;
        }

        position++;
        if (Bytes.U8(ref bytes, position) == '}')
        {
            return position + 1;
        }

        NameSet.Begin(out var names);
        while (true)
        {
            if (position > length - Lookahead || Bytes.U8(ref bytes, position) != '"')
            {
                return -1;
            }

            BlockMasks.LoadAt(ref bytes, length, position, out var quotes, out var special);
            var rest = quotes & (quotes - 1);
            var nameLength = BitOperations.TrailingZeroCount(rest) - 1;
            if (rest == 0 || (special & (rest ^ (rest - 1))) != 0)
            {
                // A long name, or one that is not plain.
                nameLength = TextScan.End(ref bytes, length, position + 1, out _, out var hasEscapes) - position - 1;
                if (hasEscapes)
                {
                    return -1;
                }
            }

            if (nameLength < 0 || !names.Add(ref bytes, length, position + 1, nameLength))
            {
                return -1;
            }

            var value = position + nameLength + 3;
            if (Bytes.U8(ref bytes, Math.Min(value - 1, length - 1)) != ':')
            {
                return -1;
            }

            position = Take(ref bytes, length, value, depth, out _);
            if ((uint)position >= (uint)(length - 1))
            {
                return -1;
            }

            var next = Bytes.U8(ref bytes, position++);
            if (next != ',')
            {
                return next == '}' ? position : -1;
            }
        }
    }

    private static int SkipList(ref byte bytes, int length, int position, int depth)
    {
        position++;
        if (Bytes.U8(ref bytes, position) == ']')
        {
            return position + 1;
        }

        while (true)
        {
            position = Take(ref bytes, length, position, depth, out _);
            if ((uint)position >= (uint)(length - 1))
            {
                return -1;
            }

            var next = Bytes.U8(ref bytes, position++);
            if (next != ',')
            {
                return next == ']' ? position : -1;
            }
        }
    }

    private static int SkipSet(ref byte bytes, int length, int position, AttributeKind element)
    {
        position++;
        if (Bytes.U8(ref bytes, position) == ']')
        {
            return position + 1;
        }

        while (true)
        {
            if (position >= length - 2 || Bytes.U8(ref bytes, position) != '"')
            {
                return -1;
            }

            position = TextEnd(ref bytes, length, position + 1, element, out _);
            if (position < 0 || position >= length - 2)
            {
                return -1;
            }

            var next = Bytes.U8(ref bytes, position + 1);
            position += 2;
            if (next != ',')
            {
                return next == ']' ? position : -1;
            }
        }
    }

    private static int TakeText(ref byte bytes, int length, int start, AttributeKind kind, out AttributeSlot slot)
    {
        var end = TextEnd(ref bytes, length, start, kind, out slot);
        return end >= 0 && end <= length - 2 && Bytes.U16(ref bytes, end) == QuoteBrace ? end + 2 : -1;
    }

    /// <summary>The quote that closes a text, with the checks of its kind; -1 as <see cref="Take"/>.</summary>
    internal static int TextEnd(ref byte bytes, int length, int start, AttributeKind kind, out AttributeSlot slot)
    {
        slot = default;
        if (start >= length)
        {
            return -1;
        }

        BlockMasks.LoadAt(ref bytes, length, start, out var quotes, out var special);
        var isPlain = true;
        var hasEscapes = false;
        var end = start + BitOperations.TrailingZeroCount(quotes);
        if (quotes == 0 || (special & (quotes ^ (quotes - 1))) != 0)
        {
            end = TextScan.End(ref bytes, length, start, out isPlain, out hasEscapes);
            if (end < 0)
            {
                return -1;
            }
        }

        var form = NumberForm.Unknown;
        if (kind == AttributeKind.N)
        {
            form = NumberKernel.FormOf(ref bytes, start, end);
            if (form == NumberForm.Unknown && !LongNumbers.AreDigits(ref Unsafe.Add(ref bytes, start), end - start)
                && (hasEscapes || NumberGrammar.Read(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, start), end - start), out _) != NumberFault.None))
            {
                return -1;
            }
        }
        else if (kind == AttributeKind.B && (!isPlain || !Base64Scan.IsValid(ref bytes, start, end)))
        {
            return -1;
        }

        slot = new(kind, start, end - start, isPlain, form);
        return end;
    }

    private static int Close(ref byte bytes, int length, int start, int end, AttributeKind kind, out AttributeSlot slot)
    {
        slot = new(kind, start, end - start, isPlain: false);
        return end >= 0 && end < length && Bytes.U8(ref bytes, end) == '}' ? end + 1 : -1;
    }

    // At least 16 bytes can be read.
    private static int TakeLiteral(ref byte bytes, int position, ulong start, out AttributeSlot slot)
    {
        var value = Bytes.U64(ref bytes, position + 8);
        var isTrue = (value & uint.MaxValue) == True && Bytes.U8(ref bytes, position + 12) == '}';
        if (start == BooleanStart && (isTrue || (value & SixBytes) == False))
        {
            slot = new(AttributeKind.BOOL, position + 8, isTrue ? 4 : 5, isPlain: true);
            return position + (isTrue ? 13 : 14);
        }

        slot = new(AttributeKind.NULL, position + 8, 4, isPlain: true);
        return start == NullStart && isTrue ? position + 13 : -1;
    }
}
