namespace TypedCdc;

/// <summary>What becomes of changes that are older than one of the same key that was delivered.</summary>
public enum StaleChanges
{
    /// <summary>They are delivered with <see cref="Change{T}.IsStale"/>.</summary>
    Flag,

    /// <summary>They are left out.</summary>
    Drop,
}
