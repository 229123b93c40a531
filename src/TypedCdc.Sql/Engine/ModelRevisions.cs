using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Which revisions of its model a table has known, the newest last. A worker with an older one stops: it would write new versions that lack the columns
/// of the newer model, and nothing would ever fill them.
/// </summary>
internal static class ModelRevisions
{
    /// <summary>Adds a worker's revision to those that a table has known.</summary>
    /// <param name="known">The known ones, parted by blanks, the newest last; null for none.</param>
    /// <param name="table">The worker's table.</param>
    /// <returns>The new list, or the same one where the worker's is the newest.</returns>
    /// <exception cref="SchemaDriftException">The worker's is an older one.</exception>
    public static string Add(string? known, TargetTable table)
    {
        var own = table.Revision;
        var revisions = (known ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (revisions.Length > 0 && string.Equals(revisions[^1], own, StringComparison.Ordinal))
        {
            return known!;
        }

        return revisions.Contains(own, StringComparer.Ordinal) && !table.AcceptsNewerTable
            ? throw IsOlder(table)
            : string.Join(' ', revisions.Where(revision => !string.Equals(revision, own, StringComparison.Ordinal)).Append(own));
    }

    /// <summary>Whether a worker's revision is the newest that the table knows.</summary>
    public static bool IsNewest(ReadOnlySpan<char> known, ReadOnlySpan<char> own) =>
        known.EndsWith(own, StringComparison.Ordinal) && (known.Length == own.Length || known[^(own.Length + 1)] == ' ');

    /// <summary>What a worker with an older model stops with; without a model, the sink looks again.</summary>
    public static Exception IsOlder(TargetTable table) => table.Untyped is not null ? new StaleShapeException(table) : new SchemaDriftException(
        $"The table '{table.Name}' has been written with a newer revision of the model '{table.Owner}' than this worker has ({table.Revision}). "
        + "Deploy the newer one. To go back to this one on purpose, start it once with tables.Add<…>(table => table.GoBackToThisModel()).");
}
