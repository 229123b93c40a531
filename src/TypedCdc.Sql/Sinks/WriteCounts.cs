using System.Runtime.InteropServices;

namespace TypedCdc.Sql;

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
}
