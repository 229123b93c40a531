using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Aggregation;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Api;

/// <summary>
/// Takes the records of one GetRecords answer. What comes out of a KPL aggregate is taken apart here, so that everything behind sees single records.
/// </summary>
public sealed class KinesisRecords
{
    private readonly RecordBatch _batch;
    private readonly SequenceNumber? _skipThrough;

    /// <summary>Makes one over an empty batch.</summary>
    /// <param name="batch">Where the records go.</param>
    /// <param name="skipThrough">Records up to this one were seen before and are left out.</param>
    internal KinesisRecords(RecordBatch batch, SequenceNumber? skipThrough = null)
    {
        _batch = batch;
        _skipThrough = skipThrough;
    }

    /// <summary>How many records the service returned, those left out included.</summary>
    public int Count { get; private set; }

    /// <summary>The first of them; null where there is none.</summary>
    internal SequenceNumber? First { get; private set; }

    /// <summary>The last of them; null where there is none.</summary>
    internal SequenceNumber? Last { get; private set; }

    /// <summary>When the last of them arrived at the service, by its clock; null where that was not said.</summary>
    internal DateTimeOffset? LastArrival { get; private set; }

    /// <summary>The bytes of all of them, before anything was taken apart or left out.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Adds a record.</summary>
    /// <param name="sequenceNumber">Its sequence number.</param>
    /// <param name="data">Its data, not base64.</param>
    /// <param name="arrival">Its ApproximateArrivalTimestamp; null where that is not known.</param>
    public void Add(SequenceNumber sequenceNumber, ReadOnlySpan<byte> data, DateTimeOffset? arrival)
    {
        data.CopyTo(Reserve(data.Length));
        Commit(sequenceNumber, data.Length, arrival);
    }

    /// <summary>Room for a record's data that the caller writes in place, to be ended with <see cref="Commit"/>. Reserving again gives the same room.</summary>
    /// <param name="maximumLength">The most bytes that it may take.</param>
    public Span<byte> Reserve(int maximumLength) => _batch.Reserve(maximumLength);

    /// <summary>Ends the record begun with <see cref="Reserve"/>.</summary>
    /// <param name="sequenceNumber">Its sequence number.</param>
    /// <param name="length">How many of the reserved bytes it took.</param>
    /// <param name="arrival">Its ApproximateArrivalTimestamp; null where that is not known.</param>
    public void Commit(SequenceNumber sequenceNumber, int length, DateTimeOffset? arrival)
    {
        Count++;
        Bytes += length;
        First ??= sequenceNumber;
        Last = sequenceNumber;
        LastArrival = arrival ?? LastArrival;
        if (sequenceNumber <= _skipThrough)
        {
            return;
        }

        // The room is where it was: reserving again gives it back without moving what was written.
        if (AggregatedRecord.IsAggregated(_batch.Reserve(length)[..length]))
        {
            AggregatedRecord.Add(_batch, sequenceNumber, length);
        }
        else
        {
            _batch.Commit(sequenceNumber, length);
        }
    }
}
