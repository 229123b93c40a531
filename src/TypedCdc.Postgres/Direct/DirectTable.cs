using Npgsql;
using NpgsqlTypes;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// One table's part of a small write: two statements, which go with those of the write's other tables in one round trip that is a transaction by itself. It takes for granted what holds nearly
/// always (no two changes of one item at one time, no row older than a horizon, nobody has migrated the table) and has the server look whether it does; where it does not, nothing is written, and
/// the write goes by way of the temporary table.
/// </summary>
internal sealed class DirectTable
{
    private readonly TargetTable _table;
    private readonly string _refusal;
    private readonly RowArrays _arrays;
    private readonly Guess _guess = new();
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>>[] _columns;
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>>[] _keysAndVersion;
    private readonly NpgsqlParameter<string?> _revisions = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long> _oldest = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _count = new() { NpgsqlDbType = NpgsqlDbType.Bigint };

    public DirectTable(TargetTable table, PostgresStatements statements, string name)
    {
        _table = table;
        _refusal = PostgresStatements.OtherWay + name + " has ";
        _arrays = new(table);
        _columns = MakeParameters(_arrays.ColumnCount);
        _keysAndVersion = MakeParameters(table.Keys.Length + 1);
        Upsert = new(statements.DirectUpsert);
        Upsert.Parameters.AddRange(_columns);
        Check = new(statements.DirectCheck) { Parameters = { new NpgsqlParameter<string> { TypedValue = name, NpgsqlDbType = NpgsqlDbType.Text }, _revisions, _oldest, _count } };
        Check.Parameters.AddRange(_keysAndVersion);
    }

    /// <summary>Writes the rows. Gives one row: how many were written, and how many of those are tombstones.</summary>
    public NpgsqlBatchCommand Upsert { get; }

    /// <summary>Fails where the write must go another way.</summary>
    public NpgsqlBatchCommand Check { get; }

    /// <summary>Whether an error is the one that <see cref="Check"/> fails with.</summary>
    public bool IsRefused(PostgresException error) =>
        // Which command of a batch failed is not told unless the user's connection string asks for it; the text that cannot be an integer is, in every language.
        error.SqlState == PostgresErrorCodes.InvalidTextRepresentation && error.MessageText.Contains(_refusal, StringComparison.Ordinal);

    /// <summary>What was taken for granted did not hold.</summary>
    public void WasRefused() => _guess.WasWrong();

    /// <summary>It did.</summary>
    public void WasWritten() => _guess.WasRight();

    /// <summary>Makes the parameters of a write, unless it is known already that it must go another way.</summary>
    /// <param name="rows">The rows, sorted.</param>
    /// <param name="oldest">The time of the oldest.</param>
    /// <param name="revisions">Those that the table had when this worker's was last found to be the newest.</param>
    /// <param name="counts">What is sent is added to it.</param>
    public bool TryPrepare(RowBuffer rows, long oldest, string? revisions, ref WriteCounts counts)
    {
        if (!_guess.MayTry())
        {
            return false;
        }

        _arrays.Begin();
        for (var place = 0; place < rows.Count;)
        {
            var newest = rows.At(place);
            _arrays.Add(rows, newest);
            counts.Staged++;
            for (place++; place < rows.Count && rows.IsSameKey(newest, rows.At(place)); place++)
            {
                if (rows[rows.At(place)].Microseconds == rows[newest].Microseconds && !rows.Version(rows.At(place)).SequenceEqual(rows.Version(newest)))
                {
                    return false;
                }

                counts.Compacted++;
            }
        }

        _arrays.End();
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].TypedValue = _arrays[i];
        }

        for (var i = 0; i < _table.Keys.Length; i++)
        {
            _keysAndVersion[i].TypedValue = _arrays[_table.Keys[i]];
        }

        _keysAndVersion[^1].TypedValue = _arrays[_arrays.VersionColumn];
        _revisions.TypedValue = revisions;
        _oldest.TypedValue = oldest;
        _count.TypedValue = _arrays.Count;
        return true;
    }

    private static NpgsqlParameter<ReadOnlyMemory<byte>>[] MakeParameters(int count)
    {
        var parameters = new NpgsqlParameter<ReadOnlyMemory<byte>>[count];
        for (var i = 0; i < count; i++)
        {
            parameters[i] = new() { NpgsqlDbType = NpgsqlDbType.Text };
        }

        return parameters;
    }
}
