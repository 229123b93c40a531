using System.Runtime.InteropServices;

namespace TypedCdc.Sql.Engine;

/// <summary>What one write did.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WriteCounts
{
    /// <summary>Rows written, tombstones included.</summary>
    public long Rows;

    /// <summary>Rows not written: the table has a newer version, or this one.</summary>
    public long Stale;

    /// <summary>Tombstones written.</summary>
    public long Tombstones;

    /// <summary>Rows not sent: a newer one of the key is in the same write.</summary>
    public long Compacted;

    /// <summary>Changes of one item at the same time as the one that the table has.</summary>
    public long Ties;

    /// <summary>Rows sent: the newest of each key.</summary>
    public long Staged;

    /// <summary>Further rows sent that are of the same time as the newest of their key.</summary>
    public long StagedTies;

    /// <summary>How many of the rows sent are tombstones.</summary>
    public long StagedTombstones;

    /// <summary>How many tables were written by each of the ways that a database has.</summary>
    public WriteWays Ways;

    /// <summary>Adds what another part of the write did.</summary>
    public void Add(in WriteCounts other)
    {
        Rows += other.Rows;
        Stale += other.Stale;
        Tombstones += other.Tombstones;
        Compacted += other.Compacted;
        Ties += other.Ties;
        Staged += other.Staged;
        StagedTies += other.StagedTies;
        StagedTombstones += other.StagedTombstones;
        Ways.Add(other.Ways);
    }
}
