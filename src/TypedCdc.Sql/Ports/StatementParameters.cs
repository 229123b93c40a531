using TypedCdc.Schema;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Ports;

/// <summary>The parameters of a statement while its text is written.</summary>
internal sealed class StatementParameters(SqlDialect dialect)
{
    private readonly List<object?> _values = [];

    /// <summary>Adds a value as it goes to the driver; returns how it stands in the text.</summary>
    public string Add(object? value)
    {
        _values.Add(value);
        return dialect.Parameter(_values.Count);
    }

    /// <summary>Adds a value that the driver takes as it is, as the value of a column.</summary>
    public string Add(ColumnType type, object? value) => dialect.Value(type, Add(value));

    public SqlStatement Statement(string text, bool returnsRows = false) => new(text, _values, returnsRows);
}
