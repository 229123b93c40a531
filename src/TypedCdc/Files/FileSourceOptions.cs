using TypedCdc.Files;
using TypedCdc.Sources;

namespace TypedCdc;

/// <summary>How files of change records are read.</summary>
public sealed class FileSourceOptions
{
    /// <summary>
    /// The table of records that name none: DynamoDB's exports. The default value is null; such a record is then a dead letter.
    /// </summary>
    public string? TableName { get; set; }

    /// <summary>
    /// When the full export that is read was made: the <c>exportTime</c> of its <c>manifest-summary.json</c>. The time of records that say none. The default value is null; an exported
    /// item then is older than every change.
    /// </summary>
    public DateTimeOffset? SnapshotTime { get; set; }

    /// <summary>
    /// Whether the files are a whole full export of the table <see cref="TableName"/>, made at <see cref="SnapshotTime"/>: when all of it is written, and nothing was dead-lettered, sinks
    /// remove the items that are not in it and that no newer change speaks of. Only where that one DynamoDB table feeds the sink's table. The default value is false: a part of an export
    /// would remove all the rest.
    /// </summary>
    public bool IsCompleteSnapshot { get; set; }

    /// <summary>
    /// Remembers how far each file was read, so that the next run goes on there. The default value is null: every run reads everything, which sinks that converge take without harm.
    /// </summary>
    public ICheckpointStore? Checkpoints { get; set; }

    /// <summary>
    /// The longest record in bytes. The default value is 16 MiB: DynamoDB's items have at most 400 KB, and no service carries a record above 10 MiB. What is longer becomes a dead
    /// letter with its first bytes.
    /// </summary>
    public int MaximumRecordBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Told of the progress about once in <see cref="ProgressInterval"/>, and when a file ends. The default value is null; the log is told in any case.</summary>
    public IProgress<FileProgress>? Progress { get; set; }

    /// <summary>How often progress is told. The default value is 10 s.</summary>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        if (MaximumRecordBytes < 1024)
        {
            throw new CdcConfigurationException("FileSourceOptions.MaximumRecordBytes must be at least 1024; DynamoDB's items may have 400 KB.");
        }

        if (IsCompleteSnapshot && (TableName is null || SnapshotTime is null || Checkpoints is not null))
        {
            throw new CdcConfigurationException(
                "FileSourceOptions.IsCompleteSnapshot needs TableName and SnapshotTime (exportTime in the export's manifest-summary.json), and no Checkpoints: only what is read in one run is known to be whole.");
        }

        if (ProgressInterval <= TimeSpan.Zero)
        {
            throw new CdcConfigurationException("FileSourceOptions.ProgressInterval must be above 0.");
        }
    }
}
