namespace TypedCdc;

/// <summary>What is done about attributes that no member of the model maps.</summary>
public enum UnmappedAttributes
{
    /// <summary>They are counted (<c>CdcStatistics.UnmappedAttributes</c>), and each is said once. The default.</summary>
    Report,

    /// <summary>Nothing.</summary>
    Ignore,

    /// <summary>The record becomes a dead letter.</summary>
    Fail,
}
