namespace TypedCdc;

/// <summary>How items are kept as one JSON document each.</summary>
public sealed class DocumentTableOptions : SchemalessTableOptions
{
    internal DocumentTableOptions()
    {
    }

    /// <summary>How the document is written. The default value is <see cref="DocumentFormat.Plain"/>, for querying; <see cref="DocumentFormat.Typed"/> loses nothing.</summary>
    public DocumentFormat Format { get; set; }
}
