namespace TypedCdc;

/// <summary>How tables without a model are kept; what documents and columns have in common.</summary>
public abstract class SchemalessTableOptions
{
    private protected SchemalessTableOptions()
    {
    }

    /// <summary>
    /// The unquoted name of the SQL view; the table is this with <c>__cdc</c> behind. The default value is null: made from the DynamoDB table's name. Only for one table, not for a
    /// pattern. At most 58 bytes.
    /// </summary>
    public string? SqlName { get; set; }

    /// <summary>The SQL schema, unquoted; made when it is not there. The default value is null: the connection's own. SQLite has none.</summary>
    public string? SqlSchema { get; set; }

    internal string[]? KeyNames { get; private set; }

    /// <summary>
    /// Names the key's attributes, the partition key first. Needed where records have no <c>Keys</c>: full exports and scans. Otherwise the records say what the key is, but not
    /// which of two attributes is the partition key: the primary key then has them in the ordinal order of their names.
    /// </summary>
    /// <param name="partitionKey">The partition key's attribute.</param>
    /// <param name="sortKey">The sort key's attribute; null for none.</param>
    public void Keys(string partitionKey, string? sortKey = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(partitionKey);
        KeyNames = sortKey is null ? [partitionKey] : [partitionKey, sortKey];
        if (sortKey is "" || string.Equals(partitionKey, sortKey, StringComparison.Ordinal))
        {
            throw new ArgumentException("The sort key must be another attribute than the partition key, or null for none.", nameof(sortKey));
        }
    }
}
