using System.Runtime.InteropServices;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Engine;

/// <summary>The rows of one key in a batch.</summary>
/// <param name="Newest">The newest one that is still to be written.</param>
/// <param name="SameTime">Other changes at its time, the newest first.</param>
/// <param name="Next">The place in the batch's order of the next older one, to be written where these are refused; -1 for none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeyRows(int Newest, IReadOnlyList<int> SameTime, int Next)
{
    /// <summary>The key whose newest row stands at a place, and the place behind its rows.</summary>
    public static (KeyRows Key, int End) At(RowBuffer rows, int place)
    {
        var newest = rows.At(place);
        List<int>? sameTime = null;
        var next = -1;
        var end = place + 1;
        for (; end < rows.Count && rows.IsSameKey(newest, rows.At(end)); end++)
        {
            var row = rows.At(end);
            if (rows.Version(row).SequenceEqual(rows.Version(rows.At(end - 1))))
            {
                continue;
            }

            if (rows[row].Microseconds == rows[newest].Microseconds)
            {
                (sameTime ??= []).Add(row);
            }
            else if (next < 0)
            {
                next = end;
            }
        }

        return (new(newest, (IReadOnlyList<int>?)sameTime ?? Array.Empty<int>(), next), end);
    }
}
