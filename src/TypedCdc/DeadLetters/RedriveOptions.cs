using TypedCdc.Delivery;

namespace TypedCdc;

/// <summary>How dead letters are delivered again.</summary>
public sealed class RedriveOptions
{
    /// <summary>
    /// Whether what was delivered again is kept: a file as <c>….redriven-(time)</c>, a table's rows with the time in <c>redriven_at</c>. The default value is true: deleting is easy.
    /// </summary>
    public bool KeepRedriven { get; set; } = true;

    /// <summary>
    /// Whose dead letters are delivered again, where a store holds those of several applications (a SQL table). The default value is null: those of the application that delivers
    /// them. Handlers of another application need not have the same names.
    /// </summary>
    public string? Application { get; set; }

    /// <summary>The one handler or sink whose dead letters are delivered again, out of a SQL table. The default value is null: all of them.</summary>
    public string? Subscriber { get; set; }
}
