using System.Globalization;
using System.Runtime.InteropServices;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>What the database remembers of a table beside its rows, in µs since 1970-01-01T00:00:00Z; 0 for never. None of it ever goes back.</summary>
/// <param name="Horizon">Before it, an absent item may be a removed one.</param>
/// <param name="Snapshot">The time of the newest whole snapshot: what is older, and is not in the table yet, is stale.</param>
/// <param name="Swept">The snapshot whose missing items have been removed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RememberedTimes(long Horizon, long Snapshot, long Swept)
{
    /// <summary>Before it, a change is not simply written.</summary>
    public long Oldest => Math.Max(Horizon, Snapshot);

    /// <summary>Of the answer to <see cref="Migrator.SelectRevisions"/>.</summary>
    public static RememberedTimes Of(SqlAnswer answer) => answer.Rows is [[_, var horizon, var snapshot, var swept]] ? new(Number(horizon), Number(snapshot), Number(swept)) : default;

    private static long Number(object? value) => value is null ? 0 : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
