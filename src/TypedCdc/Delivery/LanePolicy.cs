namespace TypedCdc.Delivery;

/// <summary>How one subscriber's records are cut into work.</summary>
/// <param name="Name">The subscriber's name.</param>
/// <param name="Concurrency">How many works may run at once.</param>
/// <param name="MaximumRecords">The most records of one work.</param>
/// <param name="MaximumBytes">The most bytes of one work, though one record is always taken.</param>
/// <param name="SpansLanes">A work may hold several lanes (batches); otherwise it is a run of one lane.</param>
internal sealed record LanePolicy(string Name, int Concurrency, int MaximumRecords, int MaximumBytes, bool SpansLanes)
{
    /// <summary>
    /// The fixed number of lanes. 64 keeps one failing key from holding up more than a sixty-fourth of the others, and bounds
    /// the watermarks that a sink keeps per lane.
    /// </summary>
    internal const int LaneCount = 64;

    /// <summary>One lane where one work runs at a time: then the order is the stream's.</summary>
    internal int LanesInUse => Concurrency == 1 ? 1 : LaneCount;
}
