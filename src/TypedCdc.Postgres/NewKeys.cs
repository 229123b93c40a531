using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>
/// Guesses whether all rows of a write have keys that the table does not have: changes that say INSERT, and rows of a scan. A wrong guess costs a part of a COPY for
/// nothing, so after each the next ones are not tried for twice as long: a replay or a second scan soon goes the other way only.
/// </summary>
internal sealed class NewKeys(bool canCopy)
{
    private const int FirstPause = 4;
    private const int LongestPause = 1024;

    private int _pause;     // writes that are not tried after the next wrong guess; 0 after a right one
    private int _remaining; // writes that are still not tried

    /// <summary>Whether to try.</summary>
    public bool MayBeAll(RowBuffer rows)
    {
        if (!canCopy)
        {
            return false;
        }

        for (var place = 0; place < rows.Count; place++)
        {
            var row = rows.At(place);
            ref readonly var head = ref rows[row];
            var isNew = !head.IsTombstone && (head.Images.Old == ImageHash.Absent || head.VersionLength == RowVersion.PrefixLength);
            if (!isNew || (place > 0 && rows.IsSameKey(rows.At(place - 1), row)))
            {
                return false;
            }
        }

        if (_remaining > 0)
        {
            _remaining--;
            return false;
        }

        return true;
    }

    /// <summary>The guess was right.</summary>
    public void Were() => _pause = 0;

    /// <summary>The guess was wrong.</summary>
    public void WereNot()
    {
        _pause = Math.Clamp(2 * _pause, FirstPause, LongestPause);
        _remaining = _pause;
    }
}

/// <summary>Rows that were taken for new ones have keys that the table has.</summary>
internal sealed class KeysPresentException(Exception inner) : WriteAgainException("Some keys are in the table.", inner);
