using System.Data;
using System.Text;
using Dapper;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.DapperRows;

/// <summary>The parameters of one row's statement, by the members' names. To PostgreSQL they go as text of no type, which the server takes as its column's.</summary>
internal sealed class RowParameters(CdcDatabase database) : SqlMapper.IDynamicParameters
{
    private readonly List<(string Name, object Value)> _values = [];

    public void Add(TargetColumn column, RowBuffer rows, in Cell cell) =>
        _values.Add((column.Attribute.MemberName, cell.Kind == CellKind.Null ? DBNull.Value : database == CdcDatabase.Sqlite ? Sqlite(column.Type, rows, cell) : PostgresText.Of(column.Type, rows, cell)));

    public void AddVersion(string version) => _values.Add((SqlName.Version, version));

    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        foreach (var (name, value) in _values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            if (database == CdcDatabase.PostgreSql && name != SqlName.Version)
            {
                UntypedParameter.Set(parameter, value);
            }
            else
            {
                parameter.Value = value;
            }

            command.Parameters.Add(parameter);
        }
    }

    // As the SQLite sink binds them.
    private static object Sqlite(ColumnType type, RowBuffer rows, in Cell cell)
    {
        if (type is ColumnType.Timestamp or ColumnType.Date or ColumnType.Time or ColumnType.Interval)
        {
            Span<byte> text = stackalloc byte[40];
            return Encoding.UTF8.GetString(text[..TimeText.Format(type, cell.Int64, text)]);
        }

        return cell.Kind switch
        {
            CellKind.Int64 => cell.Int64,
            CellKind.Double => cell.Double,
            CellKind.Bytes => rows.Bytes(cell).ToArray(),
            _ => Encoding.UTF8.GetString(rows.Bytes(cell)),
        };
    }
}
