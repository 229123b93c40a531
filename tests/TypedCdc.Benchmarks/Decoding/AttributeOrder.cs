namespace TypedCdc.Benchmarks.Decoding;

/// <summary>The order of the attributes in the images of a corpus. DynamoDB promises none.</summary>
internal enum AttributeOrder
{
    /// <summary>The same in every event.</summary>
    Fixed,

    /// <summary>As in the event before, except in 5 % of the events.</summary>
    Sticky,

    /// <summary>Another one in every event.</summary>
    Random,
}
