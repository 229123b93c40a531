using System.Buffers.Binary;
using System.Globalization;

namespace TypedCdc.Postgres;

/// <summary>
/// A number's text as PostgreSQL's binary <c>numeric</c>: groups of four decimal digits, with the number of decimals that the text has (PostgreSQL source,
/// src/backend/utils/adt/numeric.c, numeric_recv). The server then parses no text.
/// </summary>
internal static class BinaryNumber
{
    private const int HeaderLength = 8;

    /// <summary>The most bytes that a text of a length may take. A number of DynamoDB has an exponent between -130 and 125.</summary>
    public static int MaximumLength(int textLength) => HeaderLength + (2 * ((textLength / 4) + 3));

    /// <summary>Writes a number.</summary>
    /// <param name="text">A JSON number, or DynamoDB's text of one: sign, digits with a dot, exponent.</param>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <returns>How many bytes it took.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var isNegative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            text = text[1..];
        }

        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : int.Parse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var dot = mantissa.IndexOf((byte)'.');
        var decimals = dot < 0 ? 0 : mantissa.Length - dot - 1;

        // The power of ten of the digit at hand; leading zeros only lower it.
        var power = (dot < 0 ? mantissa.Length : dot) - 1 + exponent;
        var groups = destination[HeaderLength..];
        var count = 0;
        var group = 0;
        var weight = 0;
        var isStarted = false;
        foreach (var digit in mantissa)
        {
            if (digit == '.')
            {
                continue;
            }

            if (!isStarted && digit != '0')
            {
                isStarted = true;
                weight = FloorOfQuarter(power);
            }

            if (isStarted)
            {
                group = (group * 10) + (digit - '0');
                if ((power & 3) == 0)
                {
                    BinaryPrimitives.WriteInt16BigEndian(groups[(2 * count++)..], (short)group);
                    group = 0;
                }
            }

            power--;
        }

        // The digits that its last group lacks are zeros.
        if (group != 0)
        {
            for (; (power & 3) != 3; power--)
            {
                group *= 10;
            }

            BinaryPrimitives.WriteInt16BigEndian(groups[(2 * count++)..], (short)group);
        }

        while (count > 0 && BinaryPrimitives.ReadInt16BigEndian(groups[(2 * (count - 1))..]) == 0)
        {
            count--;
        }

        BinaryPrimitives.WriteInt16BigEndian(destination, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(destination[2..], (short)(count == 0 ? 0 : weight));
        BinaryPrimitives.WriteInt16BigEndian(destination[4..], isNegative && count > 0 ? (short)0x4000 : (short)0);
        BinaryPrimitives.WriteInt16BigEndian(destination[6..], (short)Math.Max(0, decimals - exponent));
        return HeaderLength + (2 * count);
    }

    // Rounds down for negative powers, as a division does not.
    private static int FloorOfQuarter(int power) => power >> 2;
}
