using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TypedCdc.Decoding.Kernels;

/// <summary>How a number that was checked is spelled, so that it can be converted without a second check.</summary>
internal enum NumberForm : byte
{
    /// <summary>Not known: read it by the grammar.</summary>
    Unknown,

    /// <summary>One to sixteen digits.</summary>
    Digits,

    /// <summary>At most sixteen characters without the sign: an optional minus, digits, an optional point between digits.</summary>
    Decimal,
}

/// <summary>
/// Numbers of up to sixteen characters: checked by one vector comparison, converted by three multiplications (Muła, "SIMD-ized parsing of decimal numbers"). No branch depends on how many digits there are.
/// </summary>
internal static class NumberKernel
{
    private const int MaxLength = 16;

    // Entry n keeps the last n of sixteen bytes.
    private static ReadOnlySpan<byte> KeepLast =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    // Entry d closes the gap at byte d of sixteen; the first byte becomes 0 (a shuffle by an index from 128 on gives 0). Entry 16 changes nothing.
    private static readonly Vector128<byte>[] CloseGap = MakeCloseGap();

    private static readonly double[] PowersOfTen = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16];

    /// <summary>The form of the number between two offsets; <see cref="NumberForm.Unknown"/> says nothing about whether it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static NumberForm FormOf(ref byte bytes, int start, int end)
    {
        var length = end - start;
        if ((uint)(length - 1) >= MaxLength + 1 || end < MaxLength)
        {
            return NumberForm.Unknown;
        }

        var digits = LastDigits(ref bytes, end, Math.Min(length, MaxLength));
        var others = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        return others == 0 && length <= MaxLength ? NumberForm.Digits : DecimalFormOf(ref bytes, start, end);
    }

    /// <summary>The number of a text of the form <see cref="NumberForm.Digits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Digits(ref byte bytes, int start, int end) => Convert(LastDigits(ref bytes, end, end - start));

    /// <summary>The digits of a text of the form <see cref="NumberForm.Decimal"/> as an integer, and how many of them are behind the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Decimal(ref byte bytes, int start, int end, out int scale, out bool isNegative)
    {
        isNegative = Bytes.U8(ref bytes, start) == '-';
        var digits = LastDigits(ref bytes, end, end - start - (isNegative ? 1 : 0));
        var point = BitOperations.TrailingZeroCount(Vector128.Equals(digits, Vector128.Create(unchecked((byte)('.' - '0')))).ExtractMostSignificantBits() | 1u << MaxLength);
        scale = point == MaxLength ? 0 : MaxLength - 1 - point;
        return Convert(Vector128.Shuffle(digits, CloseGap[point]));
    }

    /// <summary>The double nearest to <paramref name="digits"/> × 10^-<paramref name="scale"/>: both are exact, so the division rounds once (Clinger's fast path).</summary>
    internal static bool TryGetDouble(ulong digits, int scale, bool isNegative, out double value)
    {
        value = (long)digits / PowersOfTen[scale];
        value = isNegative ? -value : value;
        return digits <= 1UL << 53;
    }

    /// <summary>Whether two numbers, neither of the form unknown, are equal, where that can be said from their digits.</summary>
    internal static bool? AreEqual(ref byte bytes, in AttributeSlot left, in AttributeSlot right)
    {
        var one = Decimal(ref bytes, left.Start, left.Start + left.Length, out var oneScale, out var isOneNegative);
        var other = Decimal(ref bytes, right.Start, right.Start + right.Length, out var otherScale, out var isOtherNegative);
        return oneScale == otherScale && one != 0 ? one == other && isOneNegative == isOtherNegative : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LastDigits(ref byte bytes, int end, int length) =>
        (Vector128.LoadUnsafe(ref bytes, (nuint)(uint)(end - MaxLength)) - Vector128.Create((byte)'0'))
        & Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(KeepLast), (nuint)(uint)length);

    private static NumberForm DecimalFormOf(ref byte bytes, int start, int end)
    {
        start += Bytes.U8(ref bytes, start) == '-' ? 1 : 0;
        var length = end - start;
        if ((uint)(length - 1) >= MaxLength)
        {
            return NumberForm.Unknown;
        }

        var digits = LastDigits(ref bytes, end, length);
        var others = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        if (others == 0)
        {
            return NumberForm.Decimal;
        }

        // One of them, a point, neither first nor last.
        var point = BitOperations.TrailingZeroCount(others);
        return (others & (others - 1)) == 0 && Bytes.U8(ref bytes, end - MaxLength + point) == '.' && point < MaxLength - 1 && point > MaxLength - length
            ? NumberForm.Decimal
            : NumberForm.Unknown;
    }

    /// <summary>Sixteen digits, each a byte of 0 to 9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Convert(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            var pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((sbyte)10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1));
            var fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(100, 1, 100, 1, 100, 1, 100, 1));
            var eights = Sse2.MultiplyAddAdjacent(Sse41.PackUnsignedSaturate(fours, fours).AsInt16(), Vector128.Create(10000, 1, 10000, 1, 10000, 1, 10000, 1)).AsUInt64().ToScalar();
            return (eights & uint.MaxValue) * 100_000_000 + (eights >> 32);
        }

        return Convert(digits.AsUInt64().GetElement(0)) * 100_000_000 + Convert(digits.AsUInt64().GetElement(1));
    }

    /// <summary>Eight digits, the first in the lowest byte.</summary>
    private static ulong Convert(ulong digits)
    {
        digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
        digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF;
        return (digits * 10000 + (digits >> 32)) & uint.MaxValue;
    }

    private static Vector128<byte>[] MakeCloseGap()
    {
        var shuffles = new Vector128<byte>[MaxLength + 1];
        Span<byte> indexes = stackalloc byte[MaxLength];
        for (var gap = 0; gap <= MaxLength; gap++)
        {
            for (var i = 0; i < MaxLength; i++)
            {
                indexes[i] = (byte)(gap == MaxLength || i > gap ? i : i == 0 ? 128 : i - 1);
            }

            shuffles[gap] = Vector128.Create<byte>(indexes);
        }

        return shuffles;
    }
}
