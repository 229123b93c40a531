namespace TypedCdc;

/// <summary>How a child of the MultiLangDaemon checkpoints.</summary>
public sealed class MultiLangOptions
{
    /// <summary>
    /// The stream's name, for positions, logs and dead letters: the daemon tells its children the shard only. The default value is <c>kcl</c>; set it to the <c>streamName</c> of
    /// the daemon's properties.
    /// </summary>
    public string StreamName { get; set; } = "kcl";

    /// <summary>
    /// How often the daemon is asked to checkpoint, at most. The default value is 5 s: each checkpoint is a write to the lease table, and what is behind it is delivered again after a
    /// crash.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a batch keeps the daemon waiting: when it is not delivered by then, the next one is asked for, and both are on their way side by side, within
    /// <see cref="CdcOptions.MaximumInFlightBytes"/>. The default value is 5 s: one slow key does not idle the others, and the daemon hears of a lost lease in time.
    /// </summary>
    public TimeSpan BatchPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a checkpoint is tried that the daemon could not make. The default value is 5; the next one is tried anew, except at a shard's end.</summary>
    public int CheckpointAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; it doubles with each further one. The default value is 1 s, which the lease table's throttling asks for.</summary>
    public TimeSpan CheckpointRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(StreamName))
        {
            throw new CdcConfigurationException("MultiLangOptions.StreamName must not be empty; it names the stream in positions and dead letters.");
        }

        if (CheckpointInterval < TimeSpan.Zero || BatchPatience < TimeSpan.Zero || CheckpointAttempts < 1 || CheckpointRetryDelay < TimeSpan.Zero)
        {
            throw new CdcConfigurationException("MultiLangOptions: CheckpointAttempts must be at least 1, and neither CheckpointInterval, BatchPatience nor CheckpointRetryDelay negative.");
        }
    }
}
