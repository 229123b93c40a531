using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

// Numbers: exact or an error, but for binary floating point, which is the nearest. No culture is ever asked.
public readonly ref partial struct AttributeValueReader
{
    // As many digits as a long holds in any case.
    private const int FastDigits = 18;

    /// <summary>The value of an N, exact.</summary>
    public DynamoDbNumber GetNumber()
    {
        Require(AttributeKind.N);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        return NumberGrammar.Read(text.Utf8, out var number) == NumberFault.None ? number : throw Error("An N is not a number.");
    }

    /// <summary>The value of an N that is integral (<c>12.0</c> and <c>1E2</c> are) and fits.</summary>
    /// <typeparam name="TInteger">byte, sbyte, short, ushort, int, uint, long, ulong, Int128, UInt128 or BigInteger.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInteger GetInteger<TInteger>()
        where TInteger : struct, IBinaryInteger<TInteger>
        => _form == NumberForm.Digits && IsWithinRecord && TryNarrow((long)NumberKernel.Digits(ref First, _start, End), out TInteger result)
            ? result
            : ReadInteger<TInteger>();

    private TInteger ReadInteger<TInteger>()
        where TInteger : struct, IBinaryInteger<TInteger>
    {
        Require(AttributeKind.N);
        if (TryGetShort(Raw, out var value))
        {
            return TryNarrow(value, out TInteger result) ? result : throw Error("The number does not fit.");
        }

        var number = GetNumber();
        return number.TryGetInteger<TInteger>(out var integer)
            ? integer
            : throw Error(number.IsInteger ? "The number does not fit." : "The number has a fraction.");
    }

    /// <summary>The value of an N, where a decimal holds it exactly.</summary>
    public decimal GetDecimal()
    {
        if (SlotReader.TryGetDecimal(_record, Slot, out var exact))
        {
            return exact;
        }

        Require(AttributeKind.N);
        if (TryGetShort(Raw, out var value))
        {
            return value;
        }

        return GetNumber().TryGetDecimal(out var result) ? result : throw Error("A decimal cannot hold the number exactly.");
    }

    /// <summary>The nearest double to an N.</summary>
    public double GetDouble()
    {
        if (SlotReader.TryGetDouble(_record, Slot, out var nearest))
        {
            return nearest;
        }

        Require(AttributeKind.N);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        return double.Parse(text.Utf8, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The nearest float to an N; one that is too large for a float is an error.</summary>
    public float GetSingle()
    {
        Require(AttributeKind.N);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        var result = float.Parse(text.Utf8, NumberStyles.Float, CultureInfo.InvariantCulture);
        return float.IsFinite(result) ? result : throw Error("The number does not fit.");
    }

    /// <summary>The nearest <see cref="Half"/> to an N; one that is too large for it is an error.</summary>
    public Half GetHalf()
    {
        Require(AttributeKind.N);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        var result = Half.Parse(text.Utf8, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Half.IsFinite(result) ? result : throw Error("The number does not fit.");
    }

    private int End => _start + _length;

    private ref byte First => ref MemoryMarshal.GetReference(_record);

    // A scanner made the slot of this record; that nothing else is read does not depend on it.
    private bool IsWithinRecord => (uint)End <= (uint)_record.Length;

    /// <summary>The platform's generic conversions box in code that is not optimised; for the common types this is a comparison and a copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryNarrow<TInteger>(long value, out TInteger result)
        where TInteger : struct, IBinaryInteger<TInteger>
    {
        if (typeof(TInteger) == typeof(long))
        {
            result = Unsafe.BitCast<long, TInteger>(value);
            return true;
        }

        if (typeof(TInteger) == typeof(int))
        {
            result = Unsafe.BitCast<int, TInteger>((int)value);
            return (int)value == value;
        }

        if (typeof(TInteger) == typeof(short))
        {
            result = Unsafe.BitCast<short, TInteger>((short)value);
            return (short)value == value;
        }

        if (typeof(TInteger) == typeof(byte))
        {
            result = Unsafe.BitCast<byte, TInteger>((byte)value);
            return (byte)value == value;
        }

        if (typeof(TInteger) == typeof(uint))
        {
            result = Unsafe.BitCast<uint, TInteger>((uint)value);
            return (uint)value == value;
        }

        if (typeof(TInteger) == typeof(ulong))
        {
            result = Unsafe.BitCast<ulong, TInteger>((ulong)value);
            return value >= 0;
        }

        result = TInteger.CreateSaturating(value);
        return Int128.CreateSaturating(result) == value;
    }

    /// <summary>A few digits and at most a minus sign.</summary>
    private static bool TryGetShort(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        text = isNegative ? text[1..] : text;
        if ((uint)(text.Length - 1) >= FastDigits)
        {
            return false;
        }

        var magnitude = 0L;
        foreach (var digit in text)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            magnitude = magnitude * 10 + (digit - '0');
        }

        value = isNegative ? -magnitude : magnitude;
        return true;
    }
}
