using TypedCdc.DeadLetters;

namespace TypedCdc;

/// <summary>What becomes of a record that a subscriber cannot take, after its retries.</summary>
public enum FailureAction : byte
{
    /// <summary>It is stored as a dead letter, and delivery goes on behind it once that is durable.</summary>
    DeadLetter,

    /// <summary>Delivery stops before the record, and the checkpoint stays there.</summary>
    Stop,

    /// <summary>It is lost to this subscriber; a warning says so for every record.</summary>
    Skip,
}
