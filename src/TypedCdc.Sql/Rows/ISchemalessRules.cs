using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>How the items of untyped tables are kept.</summary>
internal interface ISchemalessRules
{
    /// <summary>Whether the sink may create tables and add columns.</summary>
    bool MayAdd { get; }

    /// <summary>How the items of a DynamoDB table are kept; null where a model of the sink has them, or nobody wants them.</summary>
    SchemalessRule? Find(string tableName);
}
