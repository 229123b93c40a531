using System.Runtime.InteropServices;

namespace TypedCdc.Kinesis.Worker;

/// <summary>The time of one step.</summary>
/// <param name="Elapsed">Monotonic: what delays and rates are measured by.</param>
/// <param name="Wall">The wall clock: compared with arrival times only, and only with a margin.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WorkerTime(TimeSpan Elapsed, DateTimeOffset Wall);
