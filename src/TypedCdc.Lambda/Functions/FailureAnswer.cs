namespace TypedCdc;

/// <summary>How a function tells Lambda that not every record of an event was delivered.</summary>
public enum FailureAnswer
{
    /// <summary>
    /// The answer names the first record of each shard that is wanted again. Needs <c>ReportBatchItemFailures</c> among the event source mapping's <c>FunctionResponseTypes</c>:
    /// <em>without it Lambda takes the answer for a success and the records are lost</em>. The default.
    /// </summary>
    BatchItemFailures,

    /// <summary>The invocation fails, and Lambda gives the whole event again. For a mapping without <c>ReportBatchItemFailures</c>.</summary>
    Throw,
}
