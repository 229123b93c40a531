namespace TypedCdc;

/// <summary>How changes are written to a file of JSON lines.</summary>
public sealed class JsonLinesOptions
{
    /// <summary>The images to write. A source that cannot give them refuses to start. The default value is <see cref="Images.Both"/>: an archive keeps what there is.</summary>
    public Images Images { get; set; } = Images.Both;

    /// <summary>How images and keys are written. The default value is <see cref="DocumentFormat.Plain"/>, which other programs read without knowing DynamoDB.</summary>
    public DocumentFormat Documents { get; set; }

    /// <summary>
    /// The size in bytes at which a file is put aside and a new one begun; a batch of records is never divided, so that a file may be larger by one batch. The default value is
    /// null: one file.
    /// </summary>
    public long? MaximumFileBytes { get; set; }

    /// <summary>Whether a file is put aside at the first write of a new day (UTC). The default value is false.</summary>
    public bool RollDaily { get; set; }

    internal void Validate()
    {
        if (MaximumFileBytes is < 1)
        {
            throw new CdcConfigurationException("JsonLinesOptions.MaximumFileBytes must be at least 1, or null for one file of any size.");
        }
    }
}
