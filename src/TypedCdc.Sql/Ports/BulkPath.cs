namespace TypedCdc.Sql.Ports;

/// <summary>The way of a bulk write, where a database has several.</summary>
internal enum BulkPath
{
    /// <summary>There is only one.</summary>
    Only,

    /// <summary>A statement with the rows as its parameters.</summary>
    Direct,

    /// <summary>A bulk load into the table itself.</summary>
    Copy,

    /// <summary>A bulk load into a temporary table, and a statement from there.</summary>
    Stage,
}
