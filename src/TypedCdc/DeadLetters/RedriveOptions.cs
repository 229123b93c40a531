namespace TypedCdc;

/// <summary>How dead letters are delivered again.</summary>
public sealed class RedriveOptions
{
    /// <summary>Whether the file is kept, as <c>….redriven-(time)</c>, when all of it was delivered or has become dead letters anew. The default value is true: deleting is easy.</summary>
    public bool KeepRedriven { get; set; } = true;
}
