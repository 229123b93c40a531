using System.Reflection;
using Dapper;
using TypedCdc.Schema;

namespace TypedCdc.DapperRows;

/// <summary>Finds a model's members by the names of its columns; names that are no column's are the members' own.</summary>
internal sealed class ColumnMap(Type type, TableSchema schema) : SqlMapper.ITypeMap
{
    private readonly DefaultTypeMap _members = new(type);
    private readonly Dictionary<string, string> _names = schema.Attributes.ToDictionary(static one => one.ColumnName, static one => one.MemberName, StringComparer.Ordinal);

    public ConstructorInfo? FindConstructor(string[] names, Type[] types) => _members.FindConstructor([.. names.Select(Member)], types);

    public ConstructorInfo? FindExplicitConstructor() => _members.FindExplicitConstructor();

    public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName) => _members.GetConstructorParameter(constructor, Member(columnName));

    public SqlMapper.IMemberMap? GetMember(string columnName) => _members.GetMember(Member(columnName));

    private string Member(string column) => _names.GetValueOrDefault(column, column);
}
