using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// The version of a row, as the text of column <c>cdc_ver</c>: microseconds as 19 digits, <c>:</c>, the length of the sequence number as 3 digits, the
/// sequence number. Bytewise order is the order of (time, sequence number): the length in front makes text order number order for the 1 to 129 digits
/// that a sequence number has, which no numeric column holds. Behind the number of a change in a file stands <c>-</c> and a hash of its record in 16 digits: two files, read by two
/// workers or one after the other, number their changes alike, and different changes must never have one version.
/// </summary>
internal static class RowVersion
{
    /// <summary>The most bytes that a version takes.</summary>
    public const int MaximumLength = PrefixLength + SequenceNumber.MaximumDigits;

    /// <summary>The shard of every file: positions in it are ordinals.</summary>
    public const string FileShard = "0";

    /// <summary>The most digits of an ordinal in a file that a hash goes behind; files have up to 20.</summary>
    private const int MaximumOrdinalDigits = 39;

    /// <summary>How many of the leading bytes are the time.</summary>
    public const int TimeLength = 19;

    /// <summary>How many bytes stand before the sequence number; where there is none, all of them.</summary>
    public const int PrefixLength = TimeLength + 1 + 3;

    /// <summary>Writes the version of a change.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="microseconds">When the change was made, since 1970-01-01T00:00:00Z; not negative.</param>
    /// <param name="sequenceNumber">Null for a snapshot's row and where there is no position: older than every change of the same instant.</param>
    /// <param name="hash">Of the record, where the number is its ordinal in a file; null elsewhere.</param>
    /// <returns>How many bytes it took.</returns>
    public static int Format(Span<byte> destination, long microseconds, SequenceNumber? sequenceNumber, ulong? hash = null)
    {
        Debug.Assert(microseconds >= 0, "A version's time is not negative: the caller refuses the record before.");
        Utf8Formatter.TryFormat(microseconds, destination, out _, new('D', TimeLength));
        destination[TimeLength] = (byte)':';
        var length = 0;
        if (sequenceNumber is { } number)
        {
            number.TryFormat(destination[PrefixLength..], out length, default, CultureInfo.InvariantCulture);
        }

        Utf8Formatter.TryFormat(length, destination[(TimeLength + 1)..], out _, new('D', 3));
        if (hash is not { } value || length > MaximumOrdinalDigits)
        {
            return PrefixLength + length;
        }

        destination[PrefixLength + length] = (byte)'-';
        Utf8Formatter.TryFormat(value, destination[(PrefixLength + length + 1)..], out var digits, new('x', 16));
        return PrefixLength + length + 1 + digits;
    }
}
