using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Takes what is found while rows are made of records, and is no reason to refuse them.</summary>
internal interface IRowReports
{
    /// <summary>A value does not fit its column, and is left NULL by the column's policy.</summary>
    void Unfit(TargetTable table, TargetColumn column);

    /// <summary>A record of a DynamoDB table has no time.</summary>
    void Timeless(string tableName);
}
