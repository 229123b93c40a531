using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Fuzz.Differential;

/// <summary>
/// Reads a record by the walk and by the general path, which is the specification: whatever the walk takes, the general path takes, with the same envelope and the same slots. What System.Text.Json
/// refuses, none of them takes.
/// </summary>
internal sealed class FastPathCheck(AttributeTable table)
{
    private readonly AttributeSlot[] _after = new AttributeSlot[table.Count];
    private readonly AttributeSlot[] _before = new AttributeSlot[table.Count];
    private readonly AttributeSlot[] _expected = new AttributeSlot[table.Count];

    /// <summary>How many records the walk took.</summary>
    internal int Taken { get; private set; }

    /// <summary>Compares the two; learns from the record as the decoder does.</summary>
    /// <returns>What differs; null where nothing does.</returns>
    internal string? Compare(ReadOnlySpan<byte> record)
    {
        // Whatever was in them before must not show through.
        Array.Fill(_after, new(AttributeKind.BS, 7, 7, isPlain: true));
        Array.Fill(_before, new(AttributeKind.BS, 7, 7, isPlain: true));
        var isTaken = RecordWalk.TryRead(record, table, _after, _before, out var walked);
        RecordEnvelope envelope;
        try
        {
            envelope = EnvelopeParser.Parse(record, options: null, "unnamed", out var layout);
            if (!isTaken)
            {
                RecordWalk.Learn(record, envelope, layout);
                return null;
            }
        }
        catch (CdcDecodeException exception)
        {
            return isTaken ? "the general path refuses the record: " + exception.Message : null;
        }

        Taken++;
        if (RecordWalk.TryReadEnvelope(record, out var alone) && CompareEnvelopes(envelope, alone.Envelope) is { } difference)
        {
            return "the walk over the envelope alone: " + difference;
        }

        return IsRefusedByPlatform(record) ? "System.Text.Json refuses the record"
            : CompareEnvelopes(envelope, walked.Envelope)
            ?? CompareImages(record, envelope.NewImage, _after, walked.HasUnmappedAfter, "new image")
            ?? CompareImages(record, envelope.OldImage, _before, walked.HasUnmappedBefore, "old image");
    }

    private static bool IsRefusedByPlatform(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record, new() { MaxDepth = 128 });
            while (reader.Read())
            {
            }

            return !Utf8.IsValid(record);
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static string? CompareEnvelopes(in RecordEnvelope expected, in RecordEnvelope actual)
    {
        var (one, other) = (Describe(expected), Describe(actual));
        return one == other ? null : $"envelope\n  general {one}\n  walk    {other}";

        static string Describe(in RecordEnvelope envelope) =>
            $"{envelope.TableName}|{envelope.Region}|{envelope.TimestampMicroseconds}|{envelope.SizeBytes}|{envelope.Operation}|{envelope.IsTimeToLive}|{Slice(envelope.EventId)}|{Slice(envelope.UserType)}"
            + $"|{Slice(envelope.UserPrincipal)}|{Slice(envelope.SequenceNumber)}|{Slice(envelope.Keys)}|{Slice(envelope.NewImage)}|{Slice(envelope.OldImage)}";

        // Where nothing is, it does not matter where.
        static JsonSlice Slice(JsonSlice slice) => slice.Length == 0 ? default : slice;
    }

    private string? CompareImages(ReadOnlySpan<byte> record, in JsonSlice image, AttributeSlot[] actual, bool hasUnmapped, string name)
    {
        if (image.Length == 0)
        {
            return null;
        }

        try
        {
            var end = AttributeScanner.ScanMapByTheGrammar(record, image.Start, table, _expected, out var expectsUnmapped);
            if (end != image.End || hasUnmapped != expectsUnmapped)
            {
                return $"{name}: end {end}, {image.End}; unmapped {expectsUnmapped}, {hasUnmapped}";
            }
        }
        catch (CdcDecodeException exception)
        {
            return $"{name}: the general path refuses it: {exception.Message}";
        }

        for (var i = 0; i < table.Count; i++)
        {
            var difference = CompareSlots(record, _expected[i], actual[i]);
            if (difference is not null)
            {
                return $"{name}, {Encoding.UTF8.GetString(table.NameOf(i))}: {difference}";
            }
        }

        return null;
    }

    private static string? CompareSlots(ReadOnlySpan<byte> record, AttributeSlot expected, AttributeSlot actual)
    {
        if (expected.Kind != actual.Kind || expected.Start != actual.Start || expected.Length != actual.Length || expected.IsPlain != actual.IsPlain)
        {
            return $"general {expected.Kind} {expected.Start} {expected.Length} {expected.IsPlain}, walk {actual.Kind} {actual.Start} {actual.Length} {actual.IsPlain}";
        }

        return actual.Form == NumberForm.Unknown ? null : CompareNumbers(new(record, WithoutForm(expected), null), new(record, actual, null));
    }

    // The general path does not know forms; where it gets faster and does, its numbers are still read by the grammar here.
    private static AttributeSlot WithoutForm(AttributeSlot slot) => new(slot.Kind, slot.Start, slot.Length, slot.IsPlain);

    private static string? CompareNumbers(in AttributeValueReader expected, in AttributeValueReader actual)
    {
        var (one, other) = (Describe(expected), Describe(actual));
        return one == other ? null : $"number\n  general {one}\n  walk    {other}";

        static string Describe(in AttributeValueReader value) => string.Join(
            '|', value.GetNumber(), Try(value, static v => v.GetInteger<long>()), Try(value, static v => v.GetInteger<int>()), Try(value, static v => v.GetInteger<byte>()),
            Try(value, static v => v.GetInteger<ulong>()), BitConverter.DoubleToInt64Bits(value.GetDouble()), Try(value, static v => string.Join(' ', decimal.GetBits(v.GetDecimal()))));

        static string Try<T>(AttributeValueReader value, AttributeReader<T> read)
        {
            try
            {
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{read(value)}");
            }
            catch (CdcDecodeException exception)
            {
                return exception.Message;
            }
        }
    }
}
