using System.Data;
using Dapper;

namespace TypedCdc.DapperRows;

/// <summary>Reads a type from whatever a driver gives for it. Where it is a parameter, SQLite gets its text and others what their driver takes.</summary>
internal sealed class ValueHandler<T>(Func<object, T> read, Func<T, object> writeText, Func<T, object> writeNative) : SqlMapper.ITypeHandler
{
    public object? Parse(Type destinationType, object value) => value is null or DBNull ? null : read(value);

    public void SetValue(IDbDataParameter parameter, object value)
    {
        if (value is not T typed)
        {
            parameter.Value = DBNull.Value;
            return;
        }

        var isSqlite = parameter.GetType().Namespace is "Microsoft.Data.Sqlite" or "System.Data.SQLite";
        if (!isSqlite && writeNative(typed) is string text)
        {
            UntypedParameter.Set(parameter, text);
        }
        else
        {
            parameter.Value = isSqlite ? writeText(typed) : writeNative(typed);
        }
    }
}
