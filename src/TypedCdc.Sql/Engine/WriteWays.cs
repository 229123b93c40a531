using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>How many times a table was written by each way, where a database has several.</summary>
internal struct WriteWays
{
    /// <summary>A statement with the rows as its parameters.</summary>
    public long Direct;

    /// <summary>A bulk load into the table itself.</summary>
    public long Copy;

    /// <summary>A bulk load into a temporary table, and a statement from there.</summary>
    public long Stage;

    /// <summary>Counts a write by a way.</summary>
    public void Count(BulkPath path)
    {
        Direct += path == BulkPath.Direct ? 1 : 0;
        Copy += path == BulkPath.Copy ? 1 : 0;
        Stage += path == BulkPath.Stage ? 1 : 0;
    }

    /// <summary>Adds those of another part.</summary>
    public void Add(in WriteWays other)
    {
        Direct += other.Direct;
        Copy += other.Copy;
        Stage += other.Stage;
    }
}
