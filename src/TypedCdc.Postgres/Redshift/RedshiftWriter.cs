using System.Globalization;
using System.Text;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>Writes the rows of one table of Redshift: staged first, then merged in one transaction that begins by locking the table.</summary>
internal sealed class RedshiftWriter(ISqlSession executor, TableStatements table, IRedshiftStage? stage, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
    : IsolatingWriter(executor, table.Dialect, table.Target, batch, metrics, time)
{
    private const int MaximumHexBytes = 65_535 / 2;

    private readonly ISqlSession _executor = executor;
    private readonly TableStatements _table = table;
    private readonly RedshiftDialect _dialect = (RedshiftDialect)table.Dialect;
    private readonly RedshiftStatements _statements = new(table);

    /// <summary>Rows to go through S3 rather than in statements, from this many on.</summary>
    public required int StageFrom { get; init; }

    protected override async ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        var counts = default(WriteCounts);
        var remembered = default(RememberedTimes);
        List<int> tooOld;
        await StageAsync(keys, cancellationToken);
        try
        {
            await ExecuteAsync("BEGIN", cancellationToken);
            await ExecuteAsync(_statements.Lock, cancellationToken);
            remembered = await LookAsync(cancellationToken);
            await ExecuteAsync(_statements.DeleteOlder, cancellationToken);
            tooOld = await TakeOutOldAsync(keys, remembered, cancellationToken);
            foreach (var statement in _statements.SetTiesAside)
            {
                await ExecuteAsync(statement, cancellationToken);
            }

            counts.Rows = await CountAsync($"SELECT count(*) FROM {_statements.Stage}", cancellationToken);
            counts.Tombstones = await CountAsync($"SELECT count(*) FROM {_statements.Stage} WHERE \"cdc_deleted_at\" IS NOT NULL", cancellationToken);
            await ExecuteAsync(_statements.Merge, cancellationToken);
            counts.Ties = await DecideAsync(cancellationToken);
            await ExecuteAsync(_statements.ForgetTies, cancellationToken);
            await ExecuteAsync("COMMIT", cancellationToken);
        }
        catch
        {
            await RollBackAsync();
            throw;
        }

        counts.Stale = keys.Count - counts.Rows;
        Count(counts);
        foreach (var row in tooOld)
        {
            RefuseTooOld(row, remembered);
        }

        return [];
    }

    // Takes from the stage what is older than a whole snapshot, and what is older than the horizon and of items that are not there. Returns what of the latter is no removal.
    private async ValueTask<List<int>> TakeOutOldAsync(List<KeyRows> keys, RememberedTimes remembered, CancellationToken cancellationToken)
    {
        if (keys.TrueForAll(key => Rows[key.Newest].Microseconds >= remembered.Oldest))
        {
            return [];
        }

        var staged = keys.SelectMany(static key => key.SameTime.Prepend(key.Newest)).ToList();
        var absent = (await _executor.ExecuteAsync(new(_statements.SelectAbsent, [PurgeHorizon.ToVersion(remembered.Oldest)], ReturnsRows: true), cancellationToken)).Rows
            .Select(static one => Convert.ToInt32(one[0], CultureInfo.InvariantCulture)).ToList();
        await _executor.ExecuteAsync(new(_statements.DeleteBefore, [PurgeHorizon.ToVersion(remembered.Snapshot)]), cancellationToken);
        foreach (var some in absent.Chunk(1_000))
        {
            await ExecuteAsync(_statements.DeletePlaces(some), cancellationToken);
        }

        return [.. absent.Select(place => staged[place]).Where(row => !Rows[row].IsTombstone && Rows[row].Microseconds >= remembered.Snapshot)];
    }

    private async ValueTask StageAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        foreach (var statement in _statements.CreateStages.Concat(_statements.ClearStages))
        {
            await ExecuteAsync(statement, cancellationToken);
        }

        var rows = new List<(int Row, bool IsTie)>();
        foreach (var key in keys)
        {
            rows.Add((key.Newest, false));
            rows.AddRange(key.SameTime.Select(static row => (row, true)));
        }

        var values = rows.Select((one, place) => Values(one.Row, place, one.IsTie));
        if (stage is not null && (rows.Count >= StageFrom || rows.Exists(one => HasLargeDocument(one.Row))) && RedshiftCsv.TryWrite(values, out var csv))
        {
            var staged = await stage.UploadAsync(csv, cancellationToken);
            try
            {
                await ExecuteAsync(RedshiftCsv.Copy(_statements, staged), cancellationToken);
            }
            finally
            {
                await stage.DeleteAsync(staged, CancellationToken.None);
            }

            return;
        }

        await InsertAsync(rows, values, cancellationToken);
    }

    // What no statement can carry: a parameter is a VARCHAR.
    private bool HasLargeDocument(int row)
    {
        if (!_dialect.StagesDocuments)
        {
            return false;
        }

        var cells = Rows.Cells(row);
        for (var i = 0; i < _statements.ModelColumns.Count; i++)
        {
            ref readonly var cell = ref cells[_table.InsertOrder[i]];
            if (cell.Kind == CellKind.Text && cell.Length > RedshiftDialect.MaximumStagedText && RedshiftDialect.IsSuper(_statements.ModelColumns[i].DeclaredType))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask InsertAsync(List<(int Row, bool IsTie)> rows, IEnumerable<object?[]> values, CancellationToken cancellationToken)
    {
        var limits = _dialect.Limits;
        var text = new StringBuilder();
        var parameters = new List<object?>();
        var bytes = 0L;
        var place = 0;
        foreach (var row in values)
        {
            var size = SizeOf(rows[place++].Row);
            if (parameters.Count > 0 && (bytes + size > limits.MaximumStatementBytes || parameters.Count + row.Length > limits.MaximumParameters || parameters.Count / row.Length >= limits.MaximumRows))
            {
                await FlushAsync();
            }

            text.Append(parameters.Count == 0 ? "(" : ",\n    (");
            for (var i = 0; i < row.Length; i++)
            {
                parameters.Add(row[i]);
                text.Append(i == 0 ? "" : ", ").Append(Value(i, _dialect.Parameter(parameters.Count)));
            }

            text.Append(')');
            bytes += size;
        }

        await FlushAsync();

        async ValueTask FlushAsync()
        {
            await _executor.ExecuteAsync(new(_statements.InsertStage + text, [.. parameters]), cancellationToken);
            text.Clear();
            parameters.Clear();
            bytes = 0;
        }
    }

    // In the order of the stage's columns.
    private object?[] Values(int row, int place, bool isTie)
    {
        var cells = Rows.Cells(row);
        var head = Rows[row];
        var values = new List<object?> { (long)place, isTie, JoinedKey(row) };
        for (var i = 0; i < _table.InsertOrder.Length; i++)
        {
            var column = _table.Target.Columns[_table.InsertOrder[i]];
            var value = CellValues.ToObject(Rows, column.Type, cells[_table.InsertOrder[i]]);
            var shape = _statements.ModelColumns[i];
            if (value is byte[] { Length: > MaximumHexBytes } || (column.Attribute.SqlType is not null && !_dialect.FitsGiven(value, shape.DeclaredType)))
            {
                throw new UnfitForColumnException(shape.Name, shape.DeclaredType);
            }

            values.Add(_dialect.ToParameter(column.Type, value));
        }

        values.AddRange([head.IsTombstone ? head.Microseconds : null, head.Images.Old, head.Images.New, Encoding.ASCII.GetString(Rows.Version(row))]);
        return [.. values];
    }

    // Lengths and a full stop: no two keys have the same text, and none ends in a blank.
    private string JoinedKey(int row)
    {
        var text = new StringBuilder();
        foreach (var key in _table.Target.Keys)
        {
            var type = _table.Target.Columns[key].Type;
            var part = CellValues.KeyText(type, _dialect.ToParameter(type, CellValues.ToObject(Rows, type, Rows.Cells(row)[key])));
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}.");
        }

        return text.ToString();
    }

    private string Value(int column, string parameter)
    {
        var model = column - 3;
        return model >= 0 && model < _statements.ModelColumns.Count ? _dialect.StageValue(_statements.ModelColumns[model].DeclaredType, parameter)
            : $"CAST({parameter} AS {(column == 0 ? "INTEGER" : column == 1 ? "BOOLEAN" : column == 2 ? _dialect.JoinedKeyType : model == _statements.ModelColumns.Count + 3 ? _dialect.VersionType : "BIGINT")})";
    }

    private async ValueTask<long> DecideAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(_statements.DeleteSettled, cancellationToken);
        var found = await CountAsync(_statements.CountTies, cancellationToken);
        if (found == 0)
        {
            return 0;
        }

        foreach (var statement in _statements.Remember)
        {
            await ExecuteAsync(statement, cancellationToken);
        }

        var remembered = (await _executor.ExecuteAsync(new(_statements.SelectTies, [], ReturnsRows: true), cancellationToken)).Rows
            .Select(static one => (Key: (string)one[0]!, Version: (string)one[1]!, Old: Convert.ToInt64(one[2], CultureInfo.InvariantCulture), New: Convert.ToInt64(one[3], CultureInfo.InvariantCulture)));
        foreach (var item in remembered.GroupBy(static one => one.Key, StringComparer.Ordinal))
        {
            var all = item.ToList();
            var (chosen, newest) = TieChoice.Of(all.ConvertAll(static one => (one.Version, one.Old, one.New)));
            await _executor.ExecuteAsync(new(_statements.TakeTie, [item.Key, chosen.Version, chosen.Old, chosen.New, newest, (long)all.Count]), cancellationToken);
        }

        return found;
    }

    private async ValueTask<long> CountAsync(string sql, CancellationToken cancellationToken) =>
        (await _executor.ExecuteAsync(new(sql, [], ReturnsRows: true), cancellationToken)).Rows is [[{ } count]] ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : 0;

    private async ValueTask ExecuteAsync(string sql, CancellationToken cancellationToken) => await _executor.ExecuteAsync(new(sql), cancellationToken);
}
