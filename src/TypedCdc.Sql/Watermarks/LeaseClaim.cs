using System.Globalization;
using System.Runtime.InteropServices;

namespace TypedCdc.Sql;

/// <summary>What a new reading of a shard finds in the table of watermarks, and what it has to do there before it goes by them.</summary>
/// <param name="NewestToken">The largest token that has written; null for none.</param>
/// <param name="IsRewound">The reading begins before a checkpoint that was stored: somebody wants everything to be written again, and no watermark of the shard holds any more.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeaseClaim(long? NewestToken, bool IsRewound)
{
    /// <param name="lease">The reading.</param>
    /// <param name="stored">All watermarks of the shard, of every table and lane.</param>
    /// <param name="application">The application, for the error.</param>
    /// <exception cref="StaleLeaseException">Another worker has the shard.</exception>
    public static LeaseClaim Of(ShardLease lease, IReadOnlyList<StoredWatermark> stored, string application)
    {
        long? newest = null;
        SequenceNumber? checkpoint = null;
        foreach (var watermark in stored)
        {
            newest = watermark.Token > (newest ?? long.MinValue) || newest is null ? watermark.Token ?? newest : newest;
            if (StoredWatermark.ToNumber(watermark.Checkpoint) is { } number && (checkpoint is not { } other || number > other))
            {
                checkpoint = number;
            }
        }

        RequireNewest(lease, newest, application);
        return new(newest, checkpoint is { } known && (lease.Start is not { } start || start < known));
    }

    /// <summary>Throws where another owner's token is larger than the lease's.</summary>
    /// <exception cref="StaleLeaseException">It is.</exception>
    public static void RequireNewest(ShardLease lease, long? newest, string application)
    {
        if (lease.Token is { } token && newest > token)
        {
            throw new StaleLeaseException(string.Create(
                CultureInfo.InvariantCulture,
                $"The shard '{lease.Key}' of the application '{application}' has another owner: its token in the table {StoredWatermark.Table} is {newest}, this worker's is {token}. Nothing of the write was kept; it is tried again until this worker gives the shard up. Where no other worker has it because the lease table was made anew, so that its counters began anew, stop all workers and run: DELETE FROM {StoredWatermark.Table} WHERE application = '{application.Replace("'", "''")}'."));
        }
    }
}
