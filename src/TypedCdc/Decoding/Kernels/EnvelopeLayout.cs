namespace TypedCdc.Decoding.Kernels;

/// <summary>Where the general path found what an <see cref="EnvelopeTemplate"/> must leave open, beside what the envelope itself says.</summary>
internal struct EnvelopeLayout
{
    /// <summary>Whether the record can be learned from: it has <c>dynamodb</c>, and says itself which table it comes from and when the change was made.</summary>
    internal bool IsComplete;

    /// <summary>Whether it has the property, null or not.</summary>
    internal bool HasNewImage;

    /// <inheritdoc cref="HasNewImage"/>
    internal bool HasOldImage;

    internal JsonSlice EventName;
    internal JsonSlice Time;
    internal JsonSlice SizeBytes;
    internal TimeUnit Unit;

    /// <summary>Whether <c>userIdentity</c> is that of DynamoDB's time to live, whatever the operation.</summary>
    internal bool IsTimeToLiveIdentity;
}
