namespace TypedCdc.Sql.Ports;

/// <summary>What a database takes at most. Statements are cut to fit; values that do not fit are refused before they are sent, never cut or rounded.</summary>
public sealed record SqlLimits
{
    /// <summary>The most parameters of one statement. The default value is 30,000: several servers count them in 16 bits, some with a sign.</summary>
    public int MaximumParameters { get; init; } = 30_000;

    /// <summary>The most bytes of one statement with its values. The default value is 8 MiB, half of what the strictest database here takes.</summary>
    public int MaximumStatementBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most rows of one statement. The default value is 1,000: more gain little, and one refused row costs more.</summary>
    public int MaximumRows { get; init; } = 1_000;

    /// <summary>The most columns of one table, the sink's own included. The default value is 1,000.</summary>
    public int MaximumColumns { get; init; } = 1_000;

    /// <summary>The most UTF-8 bytes of one text. The default value is <see cref="int.MaxValue"/>: no limit.</summary>
    public int MaximumTextBytes { get; init; } = int.MaxValue;

    /// <summary>The most UTF-8 bytes of one document: a map, a list, the overflow, or a whole item. The default value is <see cref="int.MaxValue"/>: no limit.</summary>
    public int MaximumDocumentBytes { get; init; } = int.MaxValue;

    /// <summary>Whether text may hold the character U+0000. The default value is true.</summary>
    public bool TakesNul { get; init; } = true;

    /// <summary>The least part of a time of day and of a duration that the database keeps. The default value is null: that of <see cref="TimeResolution"/>.</summary>
    public TimeSpan? DurationResolution { get; init; }

    /// <summary>The least part of a point in time that the database keeps. The default value is 100 ns, that of .NET.</summary>
    public TimeSpan TimeResolution { get; init; } = TimeSpan.FromTicks(1);
}
