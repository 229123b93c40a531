using SQLitePCL;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sqlite;

/// <summary>A prepared statement. Parameters and columns are bound as bytes: no string is made of a value.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt statement, string sql) : IDisposable
{
    public void BindNull(int parameter) => connection.Check(raw.sqlite3_bind_null(statement, parameter));

    public void BindInt64(int parameter, long value) => connection.Check(raw.sqlite3_bind_int64(statement, parameter, value));

    public void BindDouble(int parameter, double value) => connection.Check(raw.sqlite3_bind_double(statement, parameter, value));

    /// <summary>Binds UTF-8 text; SQLite takes a copy.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8) => connection.Check(
        // An empty span has no address, and SQLite takes no address for NULL.
        utf8.IsEmpty ? raw.sqlite3_bind_text(statement, parameter, "") : raw.sqlite3_bind_text(statement, parameter, utf8));

    /// <summary>Binds bytes; SQLite takes a copy.</summary>
    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) => connection.Check(
        bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, parameter, 0) : raw.sqlite3_bind_blob(statement, parameter, bytes));

    /// <summary>Binds a row: its cells in an order, and for a table of current states time of removal, images, version.</summary>
    public void BindRow(RowBuffer rows, int[] order, int row, bool isVersioned)
    {
        var cells = rows.Cells(row);
        for (var i = 0; i < order.Length; i++)
        {
            BindCell(i + 1, rows, order[i], cells[order[i]]);
        }

        if (!isVersioned)
        {
            return;
        }

        ref readonly var head = ref rows[row];
        if (head.IsTombstone)
        {
            BindInt64(order.Length + 1, head.Microseconds);
        }
        else
        {
            BindNull(order.Length + 1);
        }

        BindInt64(order.Length + 2, head.Images.Old);
        BindInt64(order.Length + 3, head.Images.New);
        BindText(order.Length + 4, rows.Version(row));
    }

    /// <summary>Binds a row's key and returns how many parameters that took.</summary>
    public int BindKey(RowBuffer rows, int row)
    {
        var parameter = 0;
        foreach (var key in rows.Table.Keys)
        {
            BindCell(++parameter, rows, key, rows.Cells(row)[key]);
        }

        return parameter;
    }

    /// <summary>A column of the row at hand as an integer.</summary>
    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A column of the row at hand as UTF-8 text; to be used before the next step.</summary>
    public ReadOnlySpan<byte> Text(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>Whether a column of the row at hand is NULL.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    /// <summary>Runs it, or goes to its next row; true where there is one.</summary>
    public bool Step()
    {
        connection.BeforeStatement?.Invoke(sql);
        var result = raw.sqlite3_step(statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            // The message belongs to the connection and is gone after the reset.
            try
            {
                connection.Check(result);
            }
            finally
            {
                raw.sqlite3_reset(statement);
            }
        }

        return result == raw.SQLITE_ROW;
    }

    /// <summary>The row at hand as text.</summary>
    public string?[] Row()
    {
        var row = new string?[raw.sqlite3_column_count(statement)];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = raw.sqlite3_column_type(statement, i) == raw.SQLITE_NULL ? null : raw.sqlite3_column_text(statement, i).utf8_to_string();
        }

        return row;
    }

    /// <summary>The row at hand: long, double, string, byte[] or null.</summary>
    public object?[] Values()
    {
        var row = new object?[raw.sqlite3_column_count(statement)];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = raw.sqlite3_column_type(statement, i) switch
            {
                raw.SQLITE_NULL => null,
                raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, i),
                raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, i),
                raw.SQLITE_BLOB => raw.sqlite3_column_blob(statement, i).ToArray(),
                _ => raw.sqlite3_column_text(statement, i).utf8_to_string(),
            };
        }

        return row;
    }

    /// <summary>Makes it ready to be run again; what is bound stays bound.</summary>
    public void Reset() => raw.sqlite3_reset(statement);

    public void Dispose() => statement.Dispose();

    private void BindCell(int parameter, RowBuffer rows, int column, in Cell cell)
    {
        switch (cell.Kind)
        {
            case CellKind.Null:
                BindNull(parameter);
                break;
            case CellKind.Int64 when rows.Table.Columns[column].Type is ColumnType.Timestamp or ColumnType.Date or ColumnType.Time or ColumnType.Interval:
                Span<byte> time = stackalloc byte[40];
                BindText(parameter, time[..TimeText.Format(rows.Table.Columns[column].Type, cell.Int64, time)]);
                break;
            case CellKind.Int64:
                BindInt64(parameter, cell.Int64);
                break;
            case CellKind.Double:
                BindDouble(parameter, cell.Double);
                break;
            case CellKind.Text:
                BindText(parameter, rows.Bytes(cell));
                break;
            default:
                BindBlob(parameter, rows.Bytes(cell));
                break;
        }
    }
}
