using System.Globalization;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Up to when a table has forgotten removed items. A change that is older and whose item the table does not have may have been followed by a removal that is forgotten: it cannot be
/// written, or a removed item would come back.
/// </summary>
internal static class PurgeHorizon
{
    /// <summary>Why a change is refused.</summary>
    public static InvalidOperationException Refusal(TargetTable table, long microseconds, long horizon) => new(
        $"The change was made at {Time(microseconds)}, and '{table.Name}' has forgotten the items that were removed before {Time(horizon)} (TombstoneRetention). It does not have the change's item: "
        + "whether that was removed afterwards can no longer be told. If the item still exists in DynamoDB, a scan or export brings it back.");

    /// <summary>The horizon of a purge.</summary>
    /// <param name="now">The clock's time.</param>
    /// <param name="newest">When the newest removal that the table knows was made, in µs: a clock that is wrong must not put the horizon into the stream's future.</param>
    /// <param name="policy">How long tombstones stay.</param>
    /// <returns>µs since 1970-01-01T00:00:00Z.</returns>
    public static long At(DateTimeOffset now, long newest, PurgePolicy policy) =>
        Math.Min((now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, newest) - (policy.Keep.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>The first 19 characters of the version of a change at the horizon.</summary>
    public static string ToVersion(long horizon) => horizon.ToString("D19", CultureInfo.InvariantCulture);

    private static string Time(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
