using Microsoft.Extensions.Logging;

namespace TypedCdc.Sql;

/// <summary>What is said of watermarks.</summary>
internal static class WatermarkLog
{
    /// <summary>Said once, when a sink starts.</summary>
    public static void WithoutWatermarks(this ILogger logger, string create) => logger.LogInformation(
        "The database has no table {Table}, and the sink's MigrationMode does not let it be made: a replay after a crash is kept out row by row, and a worker that has lost its lease is not fenced. To have both, run: {Statement}",
        StoredWatermark.Table, create);
}
