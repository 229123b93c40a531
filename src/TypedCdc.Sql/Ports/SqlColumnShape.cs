using TypedCdc.Schema;

namespace TypedCdc.Sql.Ports;

/// <summary>One column of a table that is to be made.</summary>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="DeclaredType">Its type in the dialect's words.</param>
/// <param name="Type">What it holds.</param>
/// <param name="IsNotNull">It is never NULL: keys and versions. All others are, in a tombstone.</param>
public sealed record SqlColumnShape(string Name, string DeclaredType, ColumnType Type, bool IsNotNull);
