namespace TypedCdc;

/// <summary>A sink wrote all records of a call but these, which it can never write. The pipeline dead-letters them at once, with their reasons.</summary>
/// <param name="rejected">The refused records by their index in the call, with the reason of each.</param>
public sealed class RejectedRecordsException(IReadOnlyList<RejectedRecord> rejected)
    : Exception($"{rejected.Count} record(s) were refused; the first: {(rejected.Count > 0 ? rejected[0].Reason.Message : "none")}")
{
    /// <summary>The refused records.</summary>
    public IReadOnlyList<RejectedRecord> Rejected { get; } = rejected;
}

/// <summary>One record that a sink refused.</summary>
/// <param name="Index">Its index in the call's list.</param>
/// <param name="Reason">Why.</param>
public readonly record struct RejectedRecord(int Index, Exception Reason);
