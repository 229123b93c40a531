using TypedCdc.Changes;

namespace TypedCdc.Decoding;

/// <summary>What a record says besides its images, and where the images stand. Slices are absolute in the record; an empty one is not there.</summary>
internal struct RecordEnvelope
{
    internal string TableName;
    internal string Region;
    internal long TimestampMicroseconds;
    internal int SizeBytes;
    internal ChangeOperation Operation;
    internal bool IsTimeToLive;
    internal bool IsTimeUnknown;
    internal JsonSlice EventId;
    internal JsonSlice UserType;
    internal JsonSlice UserPrincipal;
    internal JsonSlice SequenceNumber;
    internal JsonSlice Keys;
    internal JsonSlice NewImage;
    internal JsonSlice OldImage;
}
