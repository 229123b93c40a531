using System.ComponentModel;
using System.Globalization;
using System.Numerics;

namespace TypedCdc.Decoding;

/// <summary>For generated code: the texts of the values that a <see cref="KeyPattern"/> is made of. No culture is ever asked.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KeyText
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss";
    private const int MaxDigits = 7;

    /// <summary>Text as it is.</summary>
    public static string Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    /// <summary>An integer; <paramref name="width"/> is the least number of digits.</summary>
    public static string Of<T>(T value, int width = 0)
        where T : struct, IBinaryInteger<T> => value.ToString(null, CultureInfo.InvariantCulture).PadLeft(width, '0');

    /// <summary>A UUID in lower case.</summary>
    public static string Of(Guid value, char format = 'D') => value.ToString(format == 'D' ? "D" : "N");

    /// <summary>A day.</summary>
    public static string Of(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A point in time in UTC.</summary>
    /// <param name="value">The time.</param>
    /// <param name="digits">The digits of the fraction; -1 for as many as are needed.</param>
    /// <exception cref="ArgumentException">The time is finer than the pattern says.</exception>
    public static string Of(DateTimeOffset value, int digits = -1)
    {
        Span<char> text = stackalloc char[Seconds.Length + MaxDigits + 2];
        return TryFormatTime(value, digits, text, out var length) ? new(text[..length]) : throw TooFine();
    }

    /// <summary>A point in time in UTC in a format of <see cref="KeyPart.Time(int, string)"/>.</summary>
    /// <exception cref="ArgumentException">The time is finer than the format keeps it.</exception>
    public static string Of(DateTimeOffset value, string format)
    {
        var text = value.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
        return Iso8601.TryReadTimestamp(System.Text.Encoding.ASCII.GetBytes(text), out var again) && again == value ? text : throw TooFine();
    }

    /// <inheritdoc cref="Of(DateTimeOffset, string)"/>
    public static string Of(DateTime value, string format) => Of(ToOffset(value), format);

    /// <summary>As for a DateTimeOffset; local time is converted, a time of unspecified kind is UTC.</summary>
    public static string Of(DateTime value, int digits = -1) => Of(ToOffset(value), digits);

    /// <summary>The name of an enum's member.</summary>
    public static string OfEnum<T>(T value)
        where T : struct, Enum => value.ToString();

    /// <summary>The number of an enum's member.</summary>
    public static string OfEnumNumber<T>(T value, int width = 0)
        where T : struct, Enum => value.ToString("D").PadLeft(width, '0');

    /// <summary>Whole seconds since 1970-01-01T00:00:00Z.</summary>
    /// <exception cref="ArgumentException">The time is finer.</exception>
    public static string OfUnixSeconds(DateTimeOffset value, int width = 0) =>
        value.UtcTicks % TimeSpan.TicksPerSecond == 0 ? Of(value.ToUnixTimeSeconds(), width) : throw TooFine();

    /// <summary>Whole milliseconds since 1970-01-01T00:00:00Z.</summary>
    /// <exception cref="ArgumentException">The time is finer.</exception>
    public static string OfUnixMilliseconds(DateTimeOffset value, int width = 0) =>
        value.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? Of(value.ToUnixTimeMilliseconds(), width) : throw TooFine();

    /// <inheritdoc cref="OfUnixSeconds(DateTimeOffset, int)"/>
    public static string OfUnixSeconds(DateTime value, int width = 0) => OfUnixSeconds(ToOffset(value), width);

    /// <inheritdoc cref="OfUnixMilliseconds(DateTimeOffset, int)"/>
    public static string OfUnixMilliseconds(DateTime value, int width = 0) => OfUnixMilliseconds(ToOffset(value), width);

    /// <summary>False where the time is finer than the digits.</summary>
    internal static bool TryFormatTime(DateTimeOffset value, int digits, Span<char> destination, out int length)
    {
        length = 0;
        var fraction = value.UtcTicks % TimeSpan.TicksPerSecond;
        var needed = MaxDigits;
        for (var rest = fraction; needed > 0 && rest % 10 == 0; rest /= 10)
        {
            needed--;
        }

        if (digits < 0)
        {
            digits = needed;
        }
        else if (needed > digits)
        {
            return false;
        }

        value.UtcDateTime.TryFormat(destination, out length, Seconds, CultureInfo.InvariantCulture);
        if (digits > 0)
        {
            destination[length++] = '.';
            for (var place = TimeSpan.TicksPerSecond / 10; digits > 0; digits--, place /= 10)
            {
                destination[length++] = (char)('0' + (fraction / place % 10));
            }
        }

        destination[length++] = 'Z';
        return true;
    }

    private static DateTimeOffset ToOffset(DateTime value) =>
        new(value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc));

    private static ArgumentException TooFine() => new("A time in a key is finer than the key's pattern keeps it.");
}
