using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>One write: its rows, and what became of them. Touched by whoever holds the writer.</summary>
internal sealed class SqliteWrite(WriteBatch batch)
{
    private readonly int _rejectedBefore = batch.RejectedCount;

    public WriteBatch Batch => batch;

    /// <summary>Whether its transaction was committed, by whichever write took it along.</summary>
    public bool IsDone { get; set; }

    public WriteCounts Counts;

    /// <summary>Forgets what a transaction did that was rolled back.</summary>
    public void StartAnew()
    {
        Counts = default;
        batch.ForgetRejectedSince(_rejectedBefore);
    }
}
