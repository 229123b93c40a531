namespace TypedCdc.Decoding;

/// <summary>
/// The time of a change, in whatever unit its source writes, as microseconds since 1970: seconds (DynamoDB Streams, with or without a fraction), milliseconds or
/// microseconds (Kinesis Data Streams for DynamoDB). Where no precision is given the unit is told by the range: from 1973 to 5138 each number is
/// plausible in one unit only.
/// </summary>
internal static class EventTime
{
    private const long MaxMicroseconds = 253_402_300_799_999_999; // 9999-12-31T23:59:59.999999Z

    private static readonly DynamoDbNumber FirstMillisecond = 100_000_000_000;
    private static readonly DynamoDbNumber FirstMicrosecond = 100_000_000_000_000;

    /// <summary>Reads a number, or ISO 8601 text as the AWS CLI prints it. Anything finer than a microsecond is cut.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, TimeUnit unit, out long microseconds)
    {
        microseconds = 0;
        if (NumberGrammar.Read(text, out var number) != NumberFault.None)
        {
            if (!Iso8601.TryReadTimestamp(text, out var time) || time < DateTimeOffset.UnixEpoch)
            {
                return false;
            }

            microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            return true;
        }

        if (number.IsNegative)
        {
            return false;
        }

        if (unit == TimeUnit.Unknown)
        {
            unit = number < FirstMillisecond ? TimeUnit.Seconds : number < FirstMicrosecond ? TimeUnit.Milliseconds : TimeUnit.Microseconds;
        }

        var scale = unit switch
        {
            TimeUnit.Seconds => 6,
            TimeUnit.Milliseconds => 3,
            _ => 0,
        };
        return TryScale(number, scale, out microseconds) && microseconds <= MaxMicroseconds;
    }

    /// <summary>The unit of an integer whose record does not name one.</summary>
    internal static TimeUnit UnitOf(long number) => number < 100_000_000_000 ? TimeUnit.Seconds : number < 100_000_000_000_000 ? TimeUnit.Milliseconds : TimeUnit.Microseconds;

    /// <summary>The whole part of <c>number × 10^scale</c>, cut towards zero; false where it does not fit.</summary>
    internal static bool TryScale(DynamoDbNumber number, int scale, out long result)
    {
        result = 0;
        var coefficient = number.Coefficient;
        var exponent = number.Exponent + scale;
        if (exponent < 0)
        {
            coefficient = exponent < -NumberGrammar.MaxDigits ? 0 : coefficient / NumberGrammar.PowersOfTen[-exponent];
        }
        else if (coefficient != 0)
        {
            if (exponent > 19 || coefficient > long.MaxValue)
            {
                return false;
            }

            coefficient *= NumberGrammar.PowersOfTen[exponent];
        }

        if (coefficient > long.MaxValue)
        {
            return false;
        }

        result = number.IsNegative ? -(long)coefficient : (long)coefficient;
        return true;
    }
}

/// <summary>What an event's time counts.</summary>
internal enum TimeUnit
{
    Unknown,
    Seconds,
    Milliseconds,
    Microseconds,
}
