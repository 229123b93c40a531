namespace TypedCdc.Observability;

/// <summary>What the log gets of a failed attempt.</summary>
internal enum FailureLine
{
    /// <summary>Nothing above Debug.</summary>
    None,

    /// <summary>It begins to fail, or for a new reason.</summary>
    News,

    /// <summary>It has failed for another minute.</summary>
    Reminder,
}
