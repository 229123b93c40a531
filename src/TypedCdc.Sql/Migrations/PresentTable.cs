namespace TypedCdc.Sql;

/// <summary>A table as the database's catalogue describes it.</summary>
/// <param name="Columns">Its columns; empty where the table is not there.</param>
/// <param name="View">The columns of the view in front of it, in their order; empty where it is not there.</param>
/// <param name="Indexes">The names of its indexes.</param>
internal sealed record PresentTable(IReadOnlyList<PresentColumn> Columns, IReadOnlyList<string> View, IReadOnlyList<string> Indexes);

/// <summary>One column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, in the catalogue's words.</param>
/// <param name="IsNullable">Whether it can be NULL.</param>
/// <param name="KeyPosition">Its place in the primary key, from 1; 0 where it is not part of it.</param>
/// <param name="HasDefault">Whether a row may leave it out although it cannot be NULL.</param>
internal sealed record PresentColumn(string Name, string Type, bool IsNullable, int KeyPosition, bool HasDefault);
