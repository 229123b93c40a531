namespace TypedCdc;

/// <summary>How one model's history is kept.</summary>
public sealed class HistoryOptions
{
    internal HistoryOptions()
    {
    }

    /// <summary>The table's unquoted name. The default value is null: the name of the model's view with <c>__history</c> behind.</summary>
    public string? SqlName { get; set; }

    /// <summary>
    /// The images to keep. A source that cannot give them refuses to start. The default value is <see cref="Images.Both"/>: what changed is then seen without looking at
    /// the row before, which may have come from elsewhere.
    /// </summary>
    public Images Images { get; set; } = Images.Both;

    /// <summary>How images are written. The default value is <see cref="DocumentFormat.Plain"/>: a history is there to be queried.</summary>
    public DocumentFormat Documents { get; set; }
}
