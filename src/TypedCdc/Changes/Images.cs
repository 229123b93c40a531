namespace TypedCdc;

/// <summary>Which images a handler or sink needs.</summary>
[Flags]
public enum Images
{
    /// <summary>Only the key.</summary>
    None = 0,

    /// <summary>The old image.</summary>
    Before = 1,

    /// <summary>The new image.</summary>
    After = 2,

    /// <summary>Both.</summary>
    Both = Before | After,
}
