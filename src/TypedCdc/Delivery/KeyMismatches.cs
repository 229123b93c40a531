namespace TypedCdc;

/// <summary>What happens to items whose key nearly matches the key pattern of a model: all its literals, but a part that does not have the form the pattern gives it.</summary>
public enum KeyMismatches
{
    /// <summary>They are counted (<c>CdcStatistics.KeyMismatches</c>) apart from unknown items, and each reason is logged once. The default.</summary>
    Report,

    /// <summary>They are unknown items like any other.</summary>
    Ignore,

    /// <summary>The record becomes a dead letter.</summary>
    DeadLetter,
}
