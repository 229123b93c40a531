using System.Text;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

public sealed partial class TableSetBuilder
{
    private readonly List<SchemalessRule> _schemaless = [];

    /// <summary>
    /// Keeps the current state of the items of DynamoDB tables that have no model in this sink: a row has the item's key and the whole item as one JSON document. SQL tables are
    /// made when their first record comes.
    /// </summary>
    /// <param name="tables">A DynamoDB table, exact or with <c>*</c> for any characters. An exact name goes before a pattern, a longer pattern before a shorter one.</param>
    /// <param name="configure">Changes the defaults; null for none.</param>
    /// <exception cref="InvalidOperationException">The same tables were named before, or the options contradict each other.</exception>
    public TableSetBuilder AddDocuments(string tables, Action<DocumentTableOptions>? configure = null)
    {
        var options = new DocumentTableOptions();
        configure?.Invoke(options);
        AddSchemaless(new(tables, options.Format, hasDistKey: false, options));
        return this;
    }

    /// <summary>
    /// Keeps the current state of the items of DynamoDB tables that have no model in this sink: each top-level attribute is a text column. SQL tables are made when their first
    /// record comes, columns are added when their attribute is first seen.
    /// </summary>
    /// <inheritdoc cref="AddDocuments" path="/param"/>
    /// <inheritdoc cref="AddDocuments" path="/exception"/>
    public TableSetBuilder AddColumns(string tables, Action<ColumnTableOptions>? configure = null)
    {
        var options = new ColumnTableOptions();
        configure?.Invoke(options);
        AddSchemaless(new(tables, format: null, options.HasDistKey, options));
        return this;
    }

    private void AddSchemaless(SchemalessRule rule)
    {
        if (_schemaless.Exists(other => string.Equals(other.Tables, rule.Tables, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The tables '{rule.Tables}' were added twice to one sink.");
        }

        if (rule.SqlName is { } name)
        {
            if (!rule.Pattern.IsExact)
            {
                throw new InvalidOperationException($"'{rule.Tables}' may be many tables, which cannot all have the SqlName '{name}'. Add the one table by its exact name.");
            }

            if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > SchemalessNames.MaximumTableBytes || name.StartsWith(SchemalessNames.OwnPrefix, StringComparison.Ordinal))
            {
                throw new InvalidOperationException(
                    $"The SqlName '{name}' of the table '{rule.Tables}' must have 1 to {SchemalessNames.MaximumTableBytes} bytes and not begin with '{SchemalessNames.OwnPrefix}'.");
            }
        }

        _schemaless.Add(rule);
        RefuseReserved(rule.SqlName, rule.Tables);
    }

    private static void RefuseReserved(string? sqlName, string of)
    {
        if (sqlName is not null && TypedCdc.Sql.Schema.SqlName.IsReserved(sqlName))
        {
            throw new InvalidOperationException($"The SqlName '{sqlName}' of '{of}' begins with a prefix that databases reserve for themselves (pg_, sqlite_, …). Give it another SqlName, such as 'c_{sqlName}'.");
        }
    }
}
