namespace TypedCdc.Decoding;

// Times: ISO 8601 text in an S, or Unix time in an N. Text without an offset is UTC, whatever the machine's time zone.
public readonly ref partial struct AttributeValueReader
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    /// <summary>
    /// An S as ISO 8601: <c>2024-07-12</c>, <c>2024-07-12T01:17</c>, <c>2024-07-12T01:17:42.1234567+02:00</c>. One without an offset is UTC. Anything finer than a tick (100 ns) is cut.
    /// </summary>
    public DateTimeOffset GetDateTimeOffset()
    {
        Require(AttributeKind.S);
        if (Raw.Length <= 6 * Iso8601.MaxLength)
        {
            using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[6 * Iso8601.MaxLength]);
            if (Iso8601.TryReadTimestamp(text.Utf8, out var result))
            {
                return result;
            }
        }

        throw Error("The text is not an ISO 8601 point in time.");
    }

    /// <summary>As <see cref="GetDateTimeOffset"/>, in UTC.</summary>
    public DateTime GetDateTime() => GetDateTimeOffset().UtcDateTime;

    /// <summary>An S as an ISO 8601 day: <c>2024-07-12</c>.</summary>
    public DateOnly GetDateOnly()
    {
        Require(AttributeKind.S);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        return Iso8601.TryReadDate(text.Utf8, out var result) ? result : throw Error("The text is not an ISO 8601 day.");
    }

    /// <summary>An S as an ISO 8601 time of day: <c>01:17</c>, <c>01:17:42.5</c>.</summary>
    public TimeOnly GetTimeOnly()
    {
        Require(AttributeKind.S);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        return Iso8601.TryReadTime(text.Utf8, out var result) ? result : throw Error("The text is not an ISO 8601 time of day.");
    }

    /// <summary>An S as an ISO 8601 duration without years and months (<c>P1DT2H3M4.5S</c>), or as .NET writes one (<c>1.02:03:04.5000000</c>).</summary>
    public TimeSpan GetTimeSpan()
    {
        Require(AttributeKind.S);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        return Iso8601.TryReadDuration(text.Utf8, out var result) ? result : throw Error("The text is not an ISO 8601 duration.");
    }

    /// <summary>An N as seconds since 1970-01-01T00:00:00Z, with or without a fraction; anything finer than a tick (100 ns) is cut.</summary>
    public DateTimeOffset GetUnixSeconds() => GetUnixTime(scale: 7);

    /// <summary>An N as milliseconds since 1970-01-01T00:00:00Z, with or without a fraction; anything finer than a tick (100 ns) is cut.</summary>
    public DateTimeOffset GetUnixMilliseconds() => GetUnixTime(scale: 4);

    private DateTimeOffset GetUnixTime(int scale)
    {
        if (EventTime.TryScale(GetNumber(), scale, out var ticks)
            && ticks >= -UnixEpochTicks && ticks <= DateTime.MaxValue.Ticks - UnixEpochTicks)
        {
            return new(UnixEpochTicks + ticks, TimeSpan.Zero);
        }

        throw Error("The number is not a point in time of the years 1 to 9999.");
    }
}
