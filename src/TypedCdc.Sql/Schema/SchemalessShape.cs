using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>What a table without a model looks like at one moment. Its key never changes, and columns are only added.</summary>
internal sealed class SchemalessShape
{
    private const AttributeKind AnyKind = (AttributeKind)((1 << 10) - 1);

    private readonly HashSet<string> _columns;

    private readonly string? _revision;

    public SchemalessShape(SchemalessRule rule, string tableName, ImmutableArray<SchemalessKey> keys, ImmutableArray<string> columns, string? revision = null)
    {
        _revision = revision;
        Rule = rule;
        TableName = tableName;
        Keys = keys;
        Columns = columns;
        SqlName = rule.SqlName ?? SchemalessNames.OfTable(tableName);
        Schema = ToSchema();
        _columns = new(columns, StringComparer.Ordinal);
    }

    public SchemalessRule Rule { get; }

    /// <summary>The DynamoDB table.</summary>
    public string TableName { get; }

    /// <summary>The unquoted name of the view.</summary>
    public string SqlName { get; }

    public ImmutableArray<SchemalessKey> Keys { get; }

    /// <summary>The columns of attributes outside the key, in the table's order.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>Why nothing can be written to this table; null where it can.</summary>
    public string? Refusal { get; private init; }

    /// <summary>
    /// Grows with every change of the set of columns: how many there are, or more where some were dropped. Only for a database in which columns may be added while a write is under way.
    /// </summary>
    public long Width { get; init; }

    /// <summary>The table as a model's would be.</summary>
    public TableSchema Schema { get; }

    /// <summary>How many columns the attributes and the sink's own one take.</summary>
    public int ColumnCount => Schema.Attributes.Length;

    public bool Has(string column) => _columns.Contains(column);

    /// <summary>The same with further columns behind, in an order that does not depend on that of the attributes.</summary>
    public SchemalessShape With(IEnumerable<string> columns) =>
        new(Rule, TableName, Keys, [.. Columns, .. columns.Where(column => !Has(column)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The same, but nothing can be written to it.</summary>
    public SchemalessShape Refuse(string reason) => new(Rule, TableName, Keys, Columns) { Refusal = reason };

    /// <summary>The same under the revision that the database remembers, for a worker that may not change it.</summary>
    public SchemalessShape As(string? revision) => new(Rule, TableName, Keys, Columns, revision);

    /// <summary>The same at another width.</summary>
    public SchemalessShape At(long width) => new(Rule, TableName, Keys, Columns, _revision) { Width = width, Refusal = Refusal };

    /// <summary>What this wish becomes in view of what the database has.</summary>
    /// <param name="registered">What the database remembers of the table; null for nothing.</param>
    /// <param name="present">The table's columns; empty where it is not there.</param>
    /// <param name="ownColumns">The names of the sink's own columns in this database.</param>
    /// <param name="maximumColumns">How many columns the database takes, without <paramref name="ownColumns"/>.</param>
    /// <param name="mayAdd">Whether the sink may add columns.</param>
    /// <exception cref="SchemaDriftException">The table is kept in another way than it was, or is not there and may not be made.</exception>
    public SchemalessShape Meet(
        SchemalessRegistration? registered, IReadOnlyList<PresentColumn> present, IEnumerable<string> ownColumns, int maximumColumns, bool mayAdd)
    {
        if (present.Count == 0)
        {
            return mayAdd ? this : throw new SchemaDriftException($"The table '{SqlName}' of the DynamoDB table '{TableName}' is not there, and the sink's MigrationMode does not let it be made.");
        }

        if (registered is null)
        {
            return Refuse($"The table '{SqlName}' was not made for a table without a model. Add the DynamoDB table '{TableName}' by its exact name and give it another SqlName.");
        }

        if (!string.Equals(registered.TableName, TableName, StringComparison.Ordinal))
        {
            return Refuse($"The table '{SqlName}' already holds the items of the DynamoDB table '{registered.TableName}'. Add '{TableName}' by its exact name and give it another SqlName.");
        }

        if (!string.Equals(registered.Kind, Rule.Kind, StringComparison.Ordinal))
        {
            throw new SchemaDriftException(
                $"The table '{SqlName}' was made with {registered.Kind} and is now to be kept with {Rule.Kind}. Give it another SqlName, or drop it and load it anew.");
        }

        var own = ownColumns.Concat(registered.Keys.Select(static key => key.Column)).Append(TypedCdc.Sql.Schema.SqlName.Version).Append(TypedCdc.Sql.Schema.SqlName.DeletedAt).Append(Rule.OwnColumn)
            .ToHashSet(StringComparer.Ordinal);
        var shape = new SchemalessShape(
            Rule, TableName, registered.Keys,
            Rule.Format is not null ? [] : [.. present.Select(static column => column.Name).Where(column => !own.Contains(column))]);
        return mayAdd && shape.With(Columns) is var wider && wider.ColumnCount <= maximumColumns ? wider : shape;
    }

    /// <summary>The table as the engine writes it.</summary>
    /// <param name="index">Its place in the sink's list of tables.</param>
    /// <param name="limits">What the database's types cannot hold.</param>
    public TargetTable ToTarget(int index, ValueLimits limits) => new(index, Schema, $"DynamoDB table {TableName}") { Limits = limits, Untyped = this };

    /// <summary>The key in words.</summary>
    public static string Describe(IEnumerable<SchemalessKey> keys) => string.Join(", ", keys);

    private TableSchema ToSchema()
    {
        var attributes = ImmutableArray.CreateBuilder<AttributeSchema>(Keys.Length + Columns.Length + 1);
        foreach (var key in Keys)
        {
            var type = key.Kind switch { AttributeKind.N => ColumnType.Numeric, AttributeKind.B => ColumnType.Binary, _ => ColumnType.Text };
            attributes.Add(Attribute(key.Column, type, key.Kind) with { IsRequired = true, IsNullable = false });
        }

        if (Rule.OwnColumn is { } own)
        {
            attributes.Add(Attribute(own, Rule.Format is null ? ColumnType.Text : ColumnType.Json, AnyKind));
        }

        foreach (var column in Columns)
        {
            attributes.Add(Attribute(column, ColumnType.Text, AnyKind));
        }

        return new()
        {
            TableName = TableName,
            SqlName = SqlName,
            SqlSchema = Rule.SqlSchema,
            Attributes = attributes.ToImmutable(),
            PartitionKey = 0,
            SortKey = Keys.Length > 1 ? 1 : -1,
            Revision = _revision ?? ToRevision(),
        };
    }

    private static AttributeSchema Attribute(string column, ColumnType type, AttributeKind kinds) =>
        new() { Name = column, MemberName = column, Kinds = kinds, IsNullable = true, ColumnName = column, ColumnType = type };

    // By the set of columns, not by their order: two workers that know the same ones write the same.
    private string ToRevision()
    {
        var text = new StringBuilder(Rule.Kind).Append('\n').Append(Describe(Keys)).Append('\n').AppendJoin('\n', Columns.Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
