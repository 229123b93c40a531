using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Engine;

/// <summary>Which of all that is remembered of an item at one time is its row.</summary>
internal static class TieChoice
{
    /// <summary>The last change as far as images and versions tell, and the newest version of all. What is found depends on the set alone.</summary>
    /// <param name="remembered">Every version of every change; at least one.</param>
    public static ((string Version, long Old, long New) Chosen, string Newest) Of(IEnumerable<(string Version, long Old, long New)> remembered)
    {
        // A change that came several times counts by its newest version.
        var different = remembered.GroupBy(static one => (one.Old, one.New)).Select(static copies => copies.MaxBy(static one => one.Version, StringComparer.Ordinal))
            .OrderBy(static one => one.Version, StringComparer.Ordinal).ThenBy(static one => one.Old).ThenBy(static one => one.New).ToList();
        var last = Tie.FindLast([.. different.Select(static one => new Tie(one.Old, one.New))]);
        return (different[last], different[^1].Version);
    }
}
