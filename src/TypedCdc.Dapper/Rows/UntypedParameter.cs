using System.Collections.Concurrent;
using System.Data;
using System.Reflection;

namespace TypedCdc.DapperRows;

/// <summary>
/// Text that the server takes as the type of its column, as a literal in quotes: Npgsql's <c>NpgsqlDbType.Unknown</c>. Found by name, so that Npgsql is not referenced here; a driver
/// that has no such thing gets <see cref="DbType.Object"/>.
/// </summary>
internal static class UntypedParameter
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, object Unknown)?> Properties = new();

    public static void Set(IDbDataParameter parameter, object value)
    {
        parameter.Value = value;
        if (Properties.GetOrAdd(parameter.GetType(), Find) is { } found)
        {
            found.Property.SetValue(parameter, found.Unknown);
        }
        else
        {
            parameter.DbType = DbType.Object;
        }
    }

    private static (PropertyInfo Property, object Unknown)? Find(Type type) =>
        type.GetProperty("NpgsqlDbType") is { } property && Enum.TryParse(property.PropertyType, "Unknown", out var unknown) ? (property, unknown!) : null;
}
