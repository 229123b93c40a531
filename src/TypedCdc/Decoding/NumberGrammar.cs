using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// DynamoDB's numbers as text (Amazon DynamoDB developer guide, "Naming rules and data types", Number): an optional sign, digits, an optional fraction,
/// an optional exponent. DynamoDB trims leading and trailing zeros of what it stores, so it emits neither; it takes both, and so does this.
/// Up to 38 significant digits, 1E-130 to 9.99…E+125, both signs, and 0. <c>.5</c>, <c>5.</c>, blanks and group separators are no numbers.
/// </summary>
internal static class NumberGrammar
{
    internal const int MaxDigits = 38;
    internal const int MinMagnitude = -130;
    internal const int MaxMagnitude = 125;

    internal static readonly UInt128[] PowersOfTen = MakePowersOfTen();

    /// <summary>Reads a number. Where it returns anything but <see cref="NumberFault.None"/>, <paramref name="number"/> is 0.</summary>
    internal static NumberFault Read(ReadOnlySpan<byte> text, out DynamoDbNumber number)
    {
        number = default;
        if (LongNumbers.AreDigits(ref MemoryMarshal.GetReference(text), text.Length) && text[0] != '0' && text[^1] != '0')
        {
            number = new(LongNumbers.Read(ref MemoryMarshal.GetReference(text), text.Length), 0, isNegative: false);
            return NumberFault.None;
        }

        var position = 0;
        var isNegative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            isNegative = text[0] == '-';
            position = 1;
        }

        UInt128 coefficient = 0;
        var significant = 0; // from the first to the last digit that is not 0, so far
        var zeros = 0;       // behind the last digit that is not 0
        var exponent = 0;    // of the last digit that is not 0

        var integerStart = position;
        for (; position < text.Length && IsDigit(text[position]); position++)
        {
            if (!Append(text[position] - '0', ref coefficient, ref significant, ref zeros))
            {
                return FaultOf(text);
            }
        }

        var integerDigits = position - integerStart;
        if (integerDigits == 0)
        {
            return NumberFault.Grammar;
        }

        exponent = zeros;
        if (position < text.Length && text[position] == '.')
        {
            var fractionStart = ++position;
            for (; position < text.Length && IsDigit(text[position]); position++)
            {
                var digit = text[position] - '0';
                if (!Append(digit, ref coefficient, ref significant, ref zeros))
                {
                    return FaultOf(text);
                }

                if (digit != 0)
                {
                    exponent = fractionStart - position - 1;
                }
            }

            if (position == fractionStart)
            {
                return NumberFault.Grammar;
            }
        }

        if (position < text.Length && (text[position] | 0x20) == 'e')
        {
            position++;
            var isExponentNegative = false;
            if (position < text.Length && text[position] is (byte)'-' or (byte)'+')
            {
                isExponentNegative = text[position] == '-';
                position++;
            }

            var exponentStart = position;
            var written = 0L;
            for (; position < text.Length && IsDigit(text[position]); position++)
            {
                written = Math.Min(written * 10 + (text[position] - '0'), int.MaxValue);
            }

            if (position == exponentStart)
            {
                return NumberFault.Grammar;
            }

            exponent = (int)Math.Clamp(exponent + (isExponentNegative ? -written : written), -1_000_000_000, 1_000_000_000);
        }

        if (position != text.Length)
        {
            return NumberFault.Grammar;
        }

        if (significant == 0)
        {
            return NumberFault.None;
        }

        var magnitude = exponent + significant - 1;
        if (magnitude is < MinMagnitude or > MaxMagnitude)
        {
            return NumberFault.Range;
        }

        number = new(coefficient, exponent, isNegative);
        return NumberFault.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Append(int digit, ref UInt128 coefficient, ref int significant, ref int zeros)
    {
        if (digit == 0)
        {
            // Leading zeros say nothing; others only once a digit follows them.
            zeros += significant == 0 ? 0 : 1;
            return true;
        }

        if (zeros >= MaxDigits - significant)
        {
            return false;
        }

        // Most numbers fit 64 bits, where a multiplication is one instruction.
        significant += zeros + 1;
        coefficient = significant <= 19
            ? (ulong)coefficient * (ulong)PowersOfTen[zeros + 1] + (uint)digit
            : coefficient * PowersOfTen[zeros + 1] + (uint)digit;
        zeros = 0;
        return true;
    }

    /// <summary>Too many digits, unless the text is no number at all.</summary>
    private static NumberFault FaultOf(ReadOnlySpan<byte> text)
    {
        var rest = text.TrimStart("+-"u8);
        var integer = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (integer < 0)
        {
            return text.Length - rest.Length <= 1 ? NumberFault.Precision : NumberFault.Grammar;
        }

        rest = rest[integer..];
        if (rest[0] == '.')
        {
            var fraction = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (fraction == 0 || rest.Length == 1)
            {
                return NumberFault.Grammar;
            }

            rest = fraction < 0 ? default : rest[(1 + fraction)..];
        }

        if (rest.IsEmpty)
        {
            return NumberFault.Precision;
        }

        if ((rest[0] | 0x20) != 'e')
        {
            return NumberFault.Grammar;
        }

        rest = rest[1..];
        rest = !rest.IsEmpty && rest[0] is (byte)'-' or (byte)'+' ? rest[1..] : rest;
        return rest.IsEmpty || rest.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? NumberFault.Grammar : NumberFault.Precision;
    }

    private static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    private static UInt128[] MakePowersOfTen()
    {
        var powers = new UInt128[MaxDigits + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}

/// <summary>Why a text is no DynamoDB number.</summary>
internal enum NumberFault
{
    None,
    Grammar,
    Precision,
    Range,
}
