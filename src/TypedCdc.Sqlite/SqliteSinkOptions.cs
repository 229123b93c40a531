namespace TypedCdc;

/// <summary>The database file of a SQLite sink and how it is opened.</summary>
public sealed class SqliteSinkOptions
{
    /// <summary>The database file; made when it is not there. <c>:memory:</c> is a database that ends with the sink.</summary>
    public required string Path { get; set; }

    /// <summary>
    /// How long a write waits for another process that holds the database's write lock, before it fails as transient and is retried by the pipeline.
    /// The default value is 30 seconds: longer than any sensible transaction of a reporting tool.
    /// </summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How much of the database is kept in memory, in bytes. The default value is 64 MiB: the locality of pages is what a table with random keys is limited by.
    /// </summary>
    public long CacheBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How many pages the write-ahead log may grow before it is copied into the database. The default value is 4,000 (16 MB).</summary>
    public int CheckpointPages { get; set; } = 4_000;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            throw new InvalidOperationException("The SQLite sink has no database file. Name one: cdc.ToSqlite(\"customers.db\", …).");
        }

        if (BusyTimeout < TimeSpan.Zero || CacheBytes < 0 || CheckpointPages < 1)
        {
            throw new InvalidOperationException("The SQLite sink's BusyTimeout and CacheBytes must not be negative, and CheckpointPages must be at least 1.");
        }
    }
}
