using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>
/// What one isolating write has found out about its rows. A refused row is tried once more behind all others, as it may refer to one of them; a row that is refused again is rejected, and
/// the next older row of its key takes its place.
/// </summary>
internal sealed class RowIsolation(WriteBatch batch)
{
    // So many rows with one unknown error, and not one that is accepted: the table is at fault, not the rows.
    private const int RowsOfAnOutage = 20;

    private readonly HashSet<(int Table, int Place)> _retried = [];
    private readonly HashSet<int> _probed = [];
    private readonly Dictionary<int, int> _accepted = [];
    private List<Refused> _refused = [];

    /// <summary>The rows of the write.</summary>
    public WriteBatch Batch => batch;

    /// <summary>Whether an error may be that of a row.</summary>
    public static bool IsPerhapsOfTheRow(PostgresException error) => PostgresErrors.Classify(error) is PostgresFault.Row or PostgresFault.Unknown;

    /// <summary>Forgets everything: the transaction was rolled back.</summary>
    public void Clear()
    {
        _retried.Clear();
        _probed.Clear();
        _accepted.Clear();
        _refused.Clear();
    }

    /// <summary>Rows were written, or were found to be stale.</summary>
    public void Accept(RowBuffer rows, List<int> keys) => _accepted[rows.Table.Index] = _accepted.GetValueOrDefault(rows.Table.Index) + keys.Count;

    /// <summary>Whether the table's statement was found to work without a row.</summary>
    public bool HasProbed(RowBuffer rows) => _probed.Contains(rows.Table.Index);

    /// <summary>The table's statement works without a row.</summary>
    public void Probed(RowBuffer rows) => _probed.Add(rows.Table.Index);

    /// <summary>A row was refused while it was alone.</summary>
    public void Refuse(RowBuffer rows, int place, PostgresException error) => _refused.Add(new(rows, place, error));

    /// <summary>The rows of one table that are to be written next; null when every row is either written or rejected.</summary>
    /// <exception cref="TableRefusedException">A table refuses all of its rows.</exception>
    public (RowBuffer Rows, List<int> Keys)? Next()
    {
        if (_refused.Count == 0)
        {
            return null;
        }

        var rows = _refused[0].Rows;
        var refused = _refused.FindAll(one => one.Rows == rows);
        _refused = _refused.FindAll(one => one.Rows != rows);
        var keys = new List<int>();
        foreach (var one in refused)
        {
            if (_retried.Add((rows.Table.Index, one.Place)))
            {
                keys.Add(one.Place);
                continue;
            }

            if (PostgresErrors.Classify(one.Error) == PostgresFault.Unknown && refused.Count >= RowsOfAnOutage && _accepted.GetValueOrDefault(rows.Table.Index) == 0)
            {
                throw PostgresErrors.ExplainTable(rows.Table.Name, one.Error);
            }

            batch.Reject(rows[rows.At(one.Place)].Record, PostgresErrors.Explain(one.Error));
            var next = one.Place + 1;
            if (next < rows.Count && rows.IsSameKey(rows.At(one.Place), rows.At(next)))
            {
                keys.Add(next);
            }
        }

        // In key order, as every write.
        keys.Sort();
        return (rows, keys);
    }

    private sealed record Refused(RowBuffer Rows, int Place, PostgresException Error);
}
