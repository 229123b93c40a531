using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>Adds the rows of one history that it does not have. Each statement can be run again, so that it needs no transaction.</summary>
internal sealed class HistoryWriter(ISqlSession session, TableStatements table, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
    : IsolatingWriter(session, table.Dialect, table.Target, batch, metrics, time)
{
    private readonly ISqlSession _session = session;

    protected override async ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        // Such a database does not say how many of the rows were new.
        var wanted = table.Dialect.CountsWrittenRows ? keys : await MissingAsync(keys, cancellationToken);
        var added = 0L;
        List<KeyRows> refused = [];
        if (wanted.Count > 0)
        {
            var answer = await _session.ExecuteAsync(table.Insert(Rows, wanted.ConvertAll(static key => key.Newest)), cancellationToken);
            added = answer.AffectedRows < 0 || !(table.Dialect.CountsWrittenRows || table.Dialect.UpsertReturnsRows) ? wanted.Count : Math.Min(answer.AffectedRows, wanted.Count);

            // Such a database leaves out a row that fails by itself: what the count lacks has failed, or another worker has added it meanwhile.
            refused = added == wanted.Count || !table.Dialect.UpsertReturnsRows ? [] : await MissingAsync(wanted, cancellationToken);
        }

        Count(new() { Rows = added, Stale = keys.Count - added - refused.Count });
        return refused;
    }

    protected override IEnumerable<List<KeyRows>> Cut(List<KeyRows> keys) => CutByLimits(keys, table.RowParameters);

    private async ValueTask<List<KeyRows>> MissingAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        var present = (await _session.ExecuteAsync(table.SelectIds(Rows, keys.ConvertAll(static key => key.Newest)), cancellationToken)).Rows.Select(static row => row[0] as string).ToHashSet(StringComparer.Ordinal);
        return present.Count == 0 ? keys : keys.FindAll(key => !present.Contains(table.IdOf(Rows, key.Newest)));
    }
}
