using TypedCdc.Decoding;

namespace TypedCdc.Delivery;

/// <summary>Takes what is not a change record and refuses it at once, so that it becomes one dead letter and its neighbours go on.</summary>
internal sealed class UnreadableRecords() : Subscriber("(all)", new() { MaximumAttempts = 1 })
{
    internal override LanePolicy Lanes { get; } = new("(all)", Concurrency: 1, MaximumRecords: 256, MaximumBytes: int.MaxValue, SpansLanes: false);

    internal override Images Images => Images.None;

    internal override bool Accepts(string tableName, IReadOnlyList<CdcModel> models) => false;

    internal override ValueTask<WorkOutcome> ExecuteAsync(Work work, WorkContext context, CancellationToken cancellationToken)
    {
        var failures = new RecordFailure[work.Records.Count];
        for (var index = 0; index < failures.Length; index++)
        {
            failures[index] = new(index, work.Records[index].Unreadable!, Attempts: 1, Failure.OnPermanent);
        }

        return ValueTask.FromResult(new WorkOutcome(failures.Length, failures));
    }
}
