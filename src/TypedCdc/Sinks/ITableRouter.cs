using TypedCdc.Decoding;

namespace TypedCdc.Sinks;

/// <summary>Says which model the items of a DynamoDB table belong to, after the run-time overrides of table names.</summary>
public interface ITableRouter
{
    /// <summary>The models whose items the table may hold: one, or several in a single-table design; none for an unknown table.</summary>
    IReadOnlyList<CdcModel> Find(string tableName);
}
