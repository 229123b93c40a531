namespace TypedCdc.Sql.Schema;

/// <summary>What a database's types cannot hold, though their .NET counterparts can. Such a value is unfit: it is never cut or rounded.</summary>
internal sealed record ValueLimits
{
    /// <summary>No limits.</summary>
    public static readonly ValueLimits None = new();

    /// <summary>Text and documents may hold the character U+0000.</summary>
    public bool TakesNul { get; init; } = true;

    /// <summary>Documents may hold the character U+0000. The default is <see cref="TakesNul"/>.</summary>
    public bool DocumentsTakeNul
    {
        get => field || TakesNul;
        init;
    }

    /// <summary>The most columns of attributes that a table can have, beside those of the sink's own.</summary>
    public int MaximumColumns { get; init; } = int.MaxValue;

    /// <summary>The least part of times of day and of durations, in ticks of 100 ns; null for that of points in time.</summary>
    public long? DurationResolution { get; init; }

    /// <summary>The least part of points in time, in ticks of 100 ns.</summary>
    public long TimeResolution { get; init; } = 1;

    /// <summary>The most UTF-8 bytes of a text.</summary>
    public int MaximumTextBytes { get; init; } = int.MaxValue;

    /// <summary>The most UTF-8 bytes of a document: a map, a list, the overflow, or a whole item in one column.</summary>
    public int MaximumDocumentBytes { get; init; } = int.MaxValue;
}
