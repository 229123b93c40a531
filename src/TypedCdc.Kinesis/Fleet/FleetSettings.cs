using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>How a worker of a fleet works.</summary>
/// <param name="WorkerId">The worker's name in the lease table.</param>
internal sealed record FleetSettings(string WorkerId)
{
    // Reads of the lease table grow with the workers and the leases: up to this many rows a second for all of them together, scans are as frequent as they can be.
    private const double RowsPerSecond = 4_000;

    /// <summary>After how long without a renewal a lease has expired.</summary>
    internal TimeSpan FailoverTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A name that no other worker has, and that people recognize.</summary>
    internal static string NewWorkerId() => $"{Environment.MachineName}:{Guid.NewGuid():N}";

    /// <summary>A write that takes longer is repeated: three fit into the failover time.</summary>
    internal TimeSpan WriteTimeout => FailoverTime / 5;

    /// <summary>How often it is looked whether a held lease has expired.</summary>
    internal TimeSpan FenceInterval => FailoverTime / 20;

    /// <summary>After how long without a renewal a worker stops by itself: in time before another worker may take the lease over.</summary>
    internal TimeSpan FenceTime => FailoverTime - FenceInterval;

    internal TimeSpan RenewInterval => FailoverTime / 3;

    internal TimeSpan LeastScanInterval => FailoverTime / 8;

    /// <summary>How often the table is looked at: an eighth of the failover time, so that a crash is noticed soon after it; in a large fleet less often, as the KCL does.</summary>
    internal TimeSpan ScanInterval(int leases, int workers)
    {
        var affordable = TimeSpan.FromSeconds(leases * (double)workers / RowsPerSecond);
        return affordable < LeastScanInterval ? LeastScanInterval : affordable < FailoverTime * 2 ? affordable : FailoverTime * 2;
    }
}
