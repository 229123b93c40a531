using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>
/// Guesses whether all rows of a write have keys that the table does not have: changes that say INSERT, and rows of a scan. A wrong guess costs a part of a COPY for nothing.
/// </summary>
internal sealed class NewKeys(bool canCopy)
{
    private readonly Guess _guess = new();

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

        return _guess.MayTry();
    }

    /// <summary>The guess was right.</summary>
    public void Were() => _guess.WasRight();

    /// <summary>The guess was wrong.</summary>
    public void WereNot() => _guess.WasWrong();
}

/// <summary>Rows that were taken for new ones have keys that the table has.</summary>
internal sealed class KeysPresentException(Exception inner) : WriteAgainException("Some keys are in the table.", inner);
