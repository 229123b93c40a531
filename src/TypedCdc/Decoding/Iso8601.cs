using System.Globalization;

namespace TypedCdc.Decoding;

/// <summary>
/// ISO 8601 text of dates, times and durations, whatever the culture. Seconds and fractions may be left out; what is finer than a tick (100 ns) is cut,
/// as System.Text.Json does.
/// </summary>
internal static class Iso8601
{
    internal const int MaxLength = 64;

    /// <summary><c>2024-07-12</c>, or with a time behind <c>T</c> or a blank, and with <c>Z</c>, an offset, or neither, which means UTC.</summary>
    internal static bool TryReadTimestamp(ReadOnlySpan<byte> text, out DateTimeOffset result)
    {
        result = default;
        if (text.Length < 10 || !TryReadDate(text[..10], out var date))
        {
            return false;
        }

        text = text[10..];
        var ticks = 0L;
        var offset = 0;
        if (!text.IsEmpty)
        {
            if (text[0] is not ((byte)'T' or (byte)'t' or (byte)' '))
            {
                return false;
            }

            text = text[1..];
            if (!TakeTime(ref text, out ticks) || !TakeOffset(ref text, out offset) || !text.IsEmpty)
            {
                return false;
            }
        }

        ticks += date.DayNumber * TimeSpan.TicksPerDay;
        var utc = ticks - offset * TimeSpan.TicksPerMinute;
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        result = new(ticks, TimeSpan.FromMinutes(offset));
        return true;
    }

    /// <summary><c>2024-07-12</c>.</summary>
    internal static bool TryReadDate(ReadOnlySpan<byte> text, out DateOnly result)
    {
        result = default;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..], out var day)
            || year is 0 || month is 0 or > 12 || day is 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        result = new(year, month, day);
        return true;
    }

    /// <summary><c>01:17</c>, <c>01:17:42</c>, <c>01:17:42.5</c>.</summary>
    internal static bool TryReadTime(ReadOnlySpan<byte> text, out TimeOnly result)
    {
        result = default;
        if (!TakeTime(ref text, out var ticks) || !text.IsEmpty)
        {
            return false;
        }

        result = new(ticks);
        return true;
    }

    /// <summary>
    /// <c>P1DT2H3M4.5S</c> and <c>P2W</c> (years and months have no fixed length and are refused), or .NET's own <c>1.02:03:04.5</c>.
    /// </summary>
    internal static bool TryReadDuration(ReadOnlySpan<byte> text, out TimeSpan result)
    {
        result = default;
        var isNegative = !text.IsEmpty && text[0] == '-';
        var rest = isNegative ? text[1..] : text;
        if (rest.IsEmpty || rest[0] != 'P')
        {
            Span<char> characters = stackalloc char[MaxLength];
            return text.Length <= characters.Length && text.Contains((byte)':') // "1" would be a day
                && System.Text.Ascii.ToUtf16(text, characters, out var length) == System.Buffers.OperationStatus.Done
                && TimeSpan.TryParseExact(characters[..length], "c", CultureInfo.InvariantCulture, out result);
        }

        rest = rest[1..];
        UInt128 ticks = 0;
        var inTime = false;
        var previous = 0;
        var count = 0;
        while (!rest.IsEmpty)
        {
            if (rest[0] == 'T' && !inTime)
            {
                inTime = true;
                rest = rest[1..];
                if (rest.IsEmpty)
                {
                    return false;
                }
            }

            var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits is < 1 or > 18)
            {
                return false;
            }

            var number = 0UL;
            foreach (var digit in rest[..digits])
            {
                number = number * 10 + (uint)(digit - '0');
            }

            rest = rest[digits..];
            var fraction = 0L;
            var hasFraction = rest[0] is (byte)'.' or (byte)',';
            if (hasFraction && (!TakeFraction(ref rest, out fraction) || rest.IsEmpty))
            {
                return false;
            }

            var (order, unit) = (rest[0], inTime) switch
            {
                ((byte)'W', false) => (1, TimeSpan.TicksPerDay * 7),
                ((byte)'D', false) => (2, TimeSpan.TicksPerDay),
                ((byte)'H', true) => (3, TimeSpan.TicksPerHour),
                ((byte)'M', true) => (4, TimeSpan.TicksPerMinute),
                ((byte)'S', true) => (5, TimeSpan.TicksPerSecond),
                _ => (0, 0L),
            };
            if (order <= previous || (hasFraction && order != 5))
            {
                return false;
            }

            previous = order;
            count++;
            ticks += (UInt128)number * (ulong)unit + (ulong)fraction;
            rest = rest[1..];
        }

        if (count == 0 || ticks > (UInt128)long.MaxValue + (isNegative ? 1u : 0u))
        {
            return false;
        }

        result = new(isNegative ? unchecked(-(long)(ulong)ticks) : (long)ticks);
        return true;
    }

    private static bool TakeTime(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 5 || text[2] != ':' || !TryDigits(text[..2], out var hour) || !TryDigits(text[3..5], out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks = hour * TimeSpan.TicksPerHour + minute * TimeSpan.TicksPerMinute;
        text = text[5..];
        if (text.IsEmpty || text[0] != ':')
        {
            return true;
        }

        if (text.Length < 3 || !TryDigits(text[1..3], out var second) || second > 59)
        {
            return false;
        }

        ticks += second * TimeSpan.TicksPerSecond;
        text = text[3..];
        if (text.IsEmpty || text[0] is not ((byte)'.' or (byte)','))
        {
            return true;
        }

        var isFraction = TakeFraction(ref text, out var fraction);
        ticks += fraction;
        return isFraction;
    }

    /// <summary>Passes the point and the digits behind it.</summary>
    private static bool TakeFraction(ref ReadOnlySpan<byte> text, out long ticks)
    {
        var unit = TimeSpan.TicksPerSecond;
        ticks = 0;
        var position = 1;
        for (; position < text.Length && (uint)(text[position] - '0') <= 9; position++)
        {
            unit /= 10;
            ticks += (text[position] - '0') * unit;
        }

        text = text[position..];
        return position > 1;
    }

    private static bool TakeOffset(ref ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        var sign = text[0];
        text = text[1..];
        if (sign is (byte)'Z' or (byte)'z')
        {
            return true;
        }

        if (sign is not ((byte)'+' or (byte)'-') || text.Length < 2 || !TryDigits(text[..2], out var hours))
        {
            return false;
        }

        text = text[2..];
        var rest = 0;
        if (!text.IsEmpty)
        {
            text = text[0] == ':' ? text[1..] : text;
            if (text.Length != 2 || !TryDigits(text, out rest))
            {
                return false;
            }

            text = default;
        }

        minutes = hours * 60 + rest;
        var isValid = rest < 60 && minutes <= 14 * 60;
        minutes = sign == '-' ? -minutes : minutes;
        return isValid;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            value = value * 10 + (digit - '0');
        }

        return true;
    }
}
