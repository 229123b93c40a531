using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// Walks a map of attributes, <c>{"name":{"S":"…"},…}</c>, once: the values that the table names go into slots, all others are checked and passed.
/// What has been scanned is sound DynamoDB JSON to its last byte (one known type descriptor a value, number grammar and range, base64, no name twice), so that
/// those who read from the slots need not check it again.
/// </summary>
internal ref struct AttributeScanner
{
    /// <summary>How many slots a caller keeps on its stack; wider models take pooled ones.</summary>
    internal const int StackSlots = 96;

    private JsonScanner _json;
    private DuplicateNames _names;

    private AttributeScanner(ReadOnlySpan<byte> record, int start, Span<ulong> scratch)
    {
        _json = new(record, start);
        _names = new(record, scratch);
    }

    /// <summary>Scans the map that begins at <paramref name="start"/> and returns the offset behind it. <paramref name="slots"/> has the table's count and is overwritten.</summary>
    /// <exception cref="CdcDecodeException">The map is malformed, or a mapped value is of a kind that its member does not take.</exception>
    internal static int ScanMap(ReadOnlySpan<byte> record, int start, AttributeTable table, Span<AttributeSlot> slots, out bool hasUnmapped)
    {
        slots = slots[..table.Count];
        if (Bytes.CanUseKernels(record.Length))
        {
            var end = MapScanner.Scan(ref MemoryMarshal.GetReference(record), record.Length, start, table, slots, ref DecodeWorkspace.Current.FollowersOf(table), out hasUnmapped);
            if (end >= 0)
            {
                return end;
            }
        }

        return ScanMapByTheGrammar(record, start, table, slots, out hasUnmapped);
    }

    /// <summary>The general path: what <see cref="ScanMap(ReadOnlySpan{byte}, int, AttributeTable, Span{AttributeSlot}, out bool)"/> means, and what says what is wrong.</summary>
    internal static int ScanMapByTheGrammar(ReadOnlySpan<byte> record, int start, AttributeTable table, Span<AttributeSlot> slots, out bool hasUnmapped)
    {
        slots = slots[..table.Count];
        slots.Clear();
        var scanner = new AttributeScanner(record, start, stackalloc ulong[32]);
        try
        {
            hasUnmapped = scanner.ScanMap(table, slots);
            return scanner._json.Position;
        }
        finally
        {
            scanner._names.Dispose();
        }
    }

    /// <summary>Checks that every attribute that is required is there.</summary>
    internal static void RequireAll(int mapOffset, AttributeTable table, ReadOnlySpan<AttributeSlot> slots)
    {
        for (var i = 0; i < table.Count; i++)
        {
            if (slots[i].Kind == AttributeKind.None && table[i].IsRequired)
            {
                Malformed.ThrowAbsent(mapOffset, table[i].Name, table[i].Expected);
            }
        }
    }

    /// <summary>Reads one attribute value, <c>{"S":"…"}</c>, with all its checks.</summary>
    internal static AttributeSlot ScanValue(ReadOnlySpan<byte> record, int start, out int end)
    {
        if (Bytes.CanUseKernels(record.Length))
        {
            end = ValueScanner.Take(ref MemoryMarshal.GetReference(record), record.Length, start, depth: 0, out var taken);
            if (end >= 0)
            {
                return taken;
            }
        }

        return ScanValueByTheGrammar(record, start, out end);
    }

    /// <summary>The general path of <see cref="ScanValue"/>.</summary>
    internal static AttributeSlot ScanValueByTheGrammar(ReadOnlySpan<byte> record, int start, out int end)
    {
        var scanner = new AttributeScanner(record, start, stackalloc ulong[32]);
        try
        {
            var slot = scanner.TakeValue(0);
            end = scanner._json.Position;
            return slot;
        }
        finally
        {
            scanner._names.Dispose();
        }
    }

    private bool ScanMap(AttributeTable table, Span<AttributeSlot> slots)
    {
        _json.Expect((byte)'{');
        if (_json.TryTake((byte)'}'))
        {
            return false;
        }

        var begin = _names.Begin();
        var hasUnmapped = false;
        do
        {
            var name = _json.TakeString();
            _json.Expect((byte)':');
            var ordinal = Find(table, name);
            if (ordinal < 0)
            {
                _names.Note(name);
                TakeValue(0);
                hasUnmapped = true;
                continue;
            }

            if (slots[ordinal].Kind != AttributeKind.None)
            {
                Malformed.Throw(name.Start, "A name occurs twice in one JSON object.");
            }

            _json.Peek();
            var valueStart = _json.Position;
            var slot = TakeValue(0);
            ref readonly var spec = ref table[ordinal];
            if ((spec.Kinds & slot.Kind) == 0)
            {
                Malformed.ThrowKind(valueStart, slot.Kind, spec.Expected);
            }

            slots[ordinal] = slot;
        }
        while (_json.TakeCommaOrEnd((byte)'}'));

        _names.End(begin);
        return hasUnmapped;
    }

    private readonly int Find(AttributeTable table, in JsonSlice name)
    {
        var spelled = name.Of(_json.Utf8);
        return table.FindSpelled(spelled, name.HasEscapes);
    }

    /// <summary>
    /// Passes one attribute value: an object of exactly one type descriptor. Serialized SDK objects have every descriptor, all but one null: those do not count.
    /// </summary>
    private AttributeSlot TakeValue(int depth)
    {
        if (depth > JsonScanner.MaxDepth / 2)
        {
            Malformed.Throw(_json.Position, "The item nests deeper than 64 levels.");
        }

        _json.Expect((byte)'{');
        var start = _json.Position - 1;
        var slot = default(AttributeSlot);
        var seen = AttributeKind.None;
        do
        {
            var kind = TakeDescriptor();
            if ((seen & kind) != 0)
            {
                Malformed.Throw(_json.Position, "An attribute value has a type descriptor twice.");
            }

            seen |= kind;
            _json.Expect((byte)':');
            if (_json.TryTakeLiteral("null"u8))
            {
                continue;
            }

            if (slot.Kind != AttributeKind.None)
            {
                Malformed.Throw(_json.Position, "An attribute value has more than one type descriptor.");
            }

            slot = TakeContent(kind, depth);
        }
        while (_json.TakeCommaOrEnd((byte)'}'));

        if (slot.Kind == AttributeKind.None)
        {
            Malformed.Throw(start, "An attribute value has no type descriptor with a value.");
        }

        return slot;
    }

    private AttributeSlot TakeContent(AttributeKind kind, int depth) => kind switch
    {
        AttributeKind.S or AttributeKind.N or AttributeKind.B => TakeText(kind),
        AttributeKind.BOOL => TakeLiteral(kind, mayBeFalse: true),
        AttributeKind.NULL => TakeLiteral(kind, mayBeFalse: false),
        AttributeKind.M => TakeMap(depth + 1),
        AttributeKind.L => TakeList(depth + 1),
        _ => TakeSet(kind),
    };

    private AttributeKind TakeDescriptor()
    {
        var descriptor = _json.TakeString();
        var text = descriptor.Of(_json.Utf8);
        var kind = descriptor.HasEscapes ? KindOfEscaped(text) : KindOf(text);
        if (kind == AttributeKind.None)
        {
            Malformed.Throw(descriptor.Start, "A type descriptor is none of S, N, B, BOOL, NULL, M, L, SS, NS, BS.");
        }

        return kind;
    }

    private static AttributeKind KindOfEscaped(ReadOnlySpan<byte> spelled)
    {
        using var text = new UnescapedText(spelled, stackalloc byte[64]);
        return KindOf(text.Utf8);
    }

    private static AttributeKind KindOf(ReadOnlySpan<byte> text) => text.Length switch
    {
        1 => text[0] switch
        {
            (byte)'S' => AttributeKind.S,
            (byte)'N' => AttributeKind.N,
            (byte)'B' => AttributeKind.B,
            (byte)'M' => AttributeKind.M,
            (byte)'L' => AttributeKind.L,
            _ => AttributeKind.None,
        },
        2 when text[1] == 'S' => text[0] switch
        {
            (byte)'S' => AttributeKind.SS,
            (byte)'N' => AttributeKind.NS,
            (byte)'B' => AttributeKind.BS,
            _ => AttributeKind.None,
        },
        4 when text.SequenceEqual("BOOL"u8) => AttributeKind.BOOL,
        4 when text.SequenceEqual("NULL"u8) => AttributeKind.NULL,
        _ => AttributeKind.None,
    };

    /// <summary>Passes the string of an S, N or B, and checks what it must hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private AttributeSlot TakeText(AttributeKind kind)
    {
        var text = _json.TakeString();
        if (kind == AttributeKind.N)
        {
            CheckNumber(text);
        }
        else if (kind == AttributeKind.B)
        {
            CheckBinary(text);
        }

        return new(kind, text.Start, text.Length, text.IsPlain);
    }

    private readonly void CheckNumber(in JsonSlice slice)
    {
        var spelled = slice.Of(_json.Utf8);
        if (IsShortInteger(spelled))
        {
            return;
        }

        using var text = new UnescapedText(spelled, slice.HasEscapes ? stackalloc byte[256] : default);
        var reason = NumberGrammar.Read(text.Utf8, out _) switch
        {
            NumberFault.Grammar => "An N is not a number.",
            NumberFault.Precision => "An N has more than 38 significant digits.",
            NumberFault.Range => "An N is out of DynamoDB's range, 1E-130 to 9.99…E+125.",
            _ => null,
        };
        if (reason is not null)
        {
            throw new CdcDecodeException(reason) { ByteOffset = slice.Start, FoundKind = AttributeKind.N };
        }
    }

    /// <summary>Nearly all numbers: digits alone, and few enough to need no other check.</summary>
    private static bool IsShortInteger(ReadOnlySpan<byte> text)
    {
        if ((uint)(text.Length - 1) >= NumberGrammar.MaxDigits)
        {
            return false;
        }

        foreach (var value in text)
        {
            if ((uint)(value - '0') > 9)
            {
                return false;
            }
        }

        return true;
    }

    private readonly void CheckBinary(in JsonSlice slice)
    {
        using var text = new UnescapedText(slice.Of(_json.Utf8), slice.HasEscapes ? stackalloc byte[256] : default);

        // Canonical base64 (RFC 4648, no bits left over), so that equal bytes have one text. The platform's check passes over blanks; DynamoDB writes none.
        if (text.Utf8.Length % 4 != 0 || text.Utf8.ContainsAny(" \t\r\n"u8) || !Base64.IsValid(text.Utf8))
        {
            throw new CdcDecodeException("A B is not base64.") { ByteOffset = slice.Start, FoundKind = AttributeKind.B };
        }
    }

    private AttributeSlot TakeLiteral(AttributeKind kind, bool mayBeFalse)
    {
        _json.Peek();
        var start = _json.Position;
        if (!_json.TryTakeLiteral("true"u8) && !(mayBeFalse && _json.TryTakeLiteral("false"u8)))
        {
            throw new CdcDecodeException(mayBeFalse ? "A BOOL is neither true nor false." : "A NULL is not true.") { ByteOffset = start, FoundKind = kind };
        }

        return new(kind, start, _json.Position - start, isPlain: true);
    }

    private AttributeSlot TakeMap(int depth)
    {
        _json.Expect((byte)'{');
        var start = _json.Position - 1;
        if (!_json.TryTake((byte)'}'))
        {
            var begin = _names.Begin();
            do
            {
                var name = _json.TakeString();
                _json.Expect((byte)':');
                _names.Note(name);
                TakeValue(depth);
            }
            while (_json.TakeCommaOrEnd((byte)'}'));

            _names.End(begin);
        }

        return new(AttributeKind.M, start, _json.Position - start, isPlain: false);
    }

    private AttributeSlot TakeList(int depth)
    {
        _json.Expect((byte)'[');
        var start = _json.Position - 1;
        if (!_json.TryTake((byte)']'))
        {
            do
            {
                TakeValue(depth);
            }
            while (_json.TakeCommaOrEnd((byte)']'));
        }

        return new(AttributeKind.L, start, _json.Position - start, isPlain: false);
    }

    /// <summary>Passes a set. An empty one is taken: DynamoDB stores none, but a model's empty set is written as one. Elements that occur twice are one element.</summary>
    private AttributeSlot TakeSet(AttributeKind kind)
    {
        var element = AttributeKinds.ElementOf(kind);
        _json.Expect((byte)'[');
        var start = _json.Position - 1;
        if (!_json.TryTake((byte)']'))
        {
            do
            {
                TakeText(element);
            }
            while (_json.TakeCommaOrEnd((byte)']'));
        }

        return new(kind, start, _json.Position - start, isPlain: false);
    }
}

/// <summary>How kinds relate.</summary>
internal static class AttributeKinds
{
    internal const AttributeKind Sets = AttributeKind.SS | AttributeKind.NS | AttributeKind.BS;

    /// <summary>The type descriptor.</summary>
    internal static ReadOnlySpan<byte> DescriptorOf(AttributeKind kind) => kind switch
    {
        AttributeKind.S => "S"u8,
        AttributeKind.N => "N"u8,
        AttributeKind.B => "B"u8,
        AttributeKind.BOOL => "BOOL"u8,
        AttributeKind.NULL => "NULL"u8,
        AttributeKind.M => "M"u8,
        AttributeKind.L => "L"u8,
        AttributeKind.SS => "SS"u8,
        AttributeKind.NS => "NS"u8,
        AttributeKind.BS => "BS"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The kind of a set's elements.</summary>
    internal static AttributeKind ElementOf(AttributeKind set) => set switch
    {
        AttributeKind.SS => AttributeKind.S,
        AttributeKind.NS => AttributeKind.N,
        _ => AttributeKind.B,
    };
}
