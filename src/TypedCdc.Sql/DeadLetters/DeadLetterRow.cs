using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.DeadLetters;

namespace TypedCdc.Sql.DeadLetters;

/// <summary>A dead letter as the columns of its row.</summary>
internal static class DeadLetterRow
{
    /// <summary>
    /// What makes a dead letter the same one: application, subscriber, position and bytes. So a redelivery, or a write that is repeated because its answer was lost, meets its own row.
    /// </summary>
    internal static string IdOf(DeadLetter letter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(letter.Application);
        Append(letter.Subscriber);
        Append(letter.Position.Shard?.Stream ?? "");
        Append(letter.Position.Shard?.Shard ?? "");
        Append(Text(letter.Position.SequenceNumber));
        hash.AppendData(letter.Payload.Span);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Convert.ToHexStringLower(result[..16]);

        void Append(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData("\0"u8); // no name holds one, so two rows of names are never the same bytes
        }
    }

    /// <summary>The values of a new row, in the order of the columns.</summary>
    internal static object?[] Values(string id, DeadLetter letter) =>
    [
        id, Clean(letter.Application), Clean(letter.Subscriber), letter.Time.UtcDateTime, letter.Time.UtcDateTime, Clean(letter.TableName), letter.Operation?.ToString(), Clean(letter.EventId),
        Clean(letter.Position.Shard?.Stream), Clean(letter.Position.Shard?.Shard), Text(letter.Position.SequenceNumber), OrderOf(letter.Position.SequenceNumber), letter.Range.Start, letter.Range.Length,
        (long)letter.Attempts, Clean(letter.ExceptionType), Clean(letter.Message), 1L, null, letter.Payload.ToArray(),
    ];

    internal static string Text(SequenceNumber number) => number.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The sequence number with its length before it, so that the order of texts is the order of numbers (they have up to 129 digits).</summary>
    internal static string OrderOf(SequenceNumber number) => string.Create(CultureInfo.InvariantCulture, $"{number.DigitCount:000}:{Text(number)}");

    /// <summary>Text that every database takes: PostgreSQL keeps no NUL, and none keeps half a surrogate pair. What is exact is the payload.</summary>
    internal static string? Clean(string? text)
    {
        if (text is null || (!text.Contains('\0', StringComparison.Ordinal) && !text.Any(char.IsSurrogate)))
        {
            return text;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    internal static ChangeOperation? Operation(string? text) => Enum.TryParse<ChangeOperation>(text, out var operation) ? operation : null;
}
