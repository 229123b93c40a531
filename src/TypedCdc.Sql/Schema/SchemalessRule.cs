using TypedCdc.Delivery;

namespace TypedCdc.Sql.Schema;

/// <summary>What the user said about DynamoDB tables without a model.</summary>
internal sealed class SchemalessRule
{
    /// <param name="tables">The tables, exact or a pattern.</param>
    /// <param name="format">How documents are written; null for columns.</param>
    /// <param name="hasDistKey">Whether there is a column with the joined key.</param>
    /// <param name="options">The rest.</param>
    public SchemalessRule(string tables, DocumentFormat? format, bool hasDistKey, SchemalessTableOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(tables);
        Tables = tables;
        Format = format;
        HasDistKey = hasDistKey;
        Pattern = new(tables);
        SqlName = options.SqlName;
        SqlSchema = options.SqlSchema;
        KeyNames = options.KeyNames;
    }

    /// <summary>The same rule with columns named by the sink's convention.</summary>
    public SchemalessRule Named(NamingPolicy naming)
    {
        var named = (SchemalessRule)MemberwiseClone();
        named.Columns = (ColumnCase)naming;
        return named;
    }

    public string Tables { get; }

    /// <summary>How the columns of attributes are named.</summary>
    public ColumnCase Columns { get; private set; }

    public TableNamePattern Pattern { get; }

    /// <summary>How documents are written; null for columns.</summary>
    public DocumentFormat? Format { get; }

    public bool HasDistKey { get; }

    public string? SqlName { get; }

    public string? SqlSchema { get; }

    /// <summary>The key's attributes, partition key first; null where the records say them.</summary>
    public string[]? KeyNames { get; }

    /// <summary>How the tables are kept, in words that are compared with those that the database remembers.</summary>
    public string Kind => Format switch
    {
        DocumentFormat.Plain => "documents=plain",
        DocumentFormat.Typed => "documents=typed",
        _ => (HasDistKey ? "columns=text dist_key" : "columns=text") + (Columns == ColumnCase.Snake ? " snake_case" : ""),
    };

    /// <summary>The sink's own column of this kind of table; null for none.</summary>
    public string? OwnColumn => Format is not null ? SchemalessNames.Document : HasDistKey ? SchemalessNames.DistKey : null;
}
