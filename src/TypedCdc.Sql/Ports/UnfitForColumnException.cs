namespace TypedCdc.Sql.Ports;

/// <summary>A value does not fit the type that its column was given. Thrown before the statement is sent, and handled as if the database had refused the row.</summary>
internal sealed class UnfitForColumnException(string column, string type)
    : Exception($"A value does not fit the column '{column}' exactly, which was given the type {type}.");
