// What the statements are made from: the few facts of a model that SQL needs.
using System.Collections.Generic;

namespace TypedCdc.Sql;

/// <summary>A table of current states, with the view in front of it.</summary>
internal sealed class SqlTable
{
    /// <param name="schema">The SQL schema, unquoted; null for the connection's own.</param>
    /// <param name="name">The view's name, unquoted; the table is this with <c>__cdc</c> behind.</param>
    /// <param name="columns">The columns in the model's order.</param>
    public SqlTable(string? schema, string name, IReadOnlyList<SqlColumn> columns)
    {
        Schema = schema;
        Name = name;
        Columns = columns;
        var keys = new List<SqlColumn>(2);
        var others = new List<SqlColumn>(columns.Count);
        foreach (var column in columns)
        {
            (column.Key == SqlKey.None ? others : keys).Add(column);
        }

        keys.Sort(static (left, right) => left.Key.CompareTo(right.Key));
        Keys = keys;
        NonKeys = others;
    }

    /// <summary>The SQL schema, unquoted; null for the connection's own.</summary>
    public string? Schema { get; }

    /// <summary>The view's name, unquoted.</summary>
    public string Name { get; }

    /// <summary>All columns of the model, in its order; without those the sink adds.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>The key columns: partition key, then sort key.</summary>
    public IReadOnlyList<SqlColumn> Keys { get; }

    /// <summary>The columns outside the key, in the model's order.</summary>
    public IReadOnlyList<SqlColumn> NonKeys { get; }
}

/// <summary>Whether a column is part of the key.</summary>
internal enum SqlKey
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The partition key.</summary>
    Partition,

    /// <summary>The sort key.</summary>
    Sort,
}

/// <summary>One column.</summary>
internal sealed class SqlColumn
{
    /// <param name="name">The column's name, unquoted.</param>
    /// <param name="parameter">The statement's parameter without <c>@</c>: the C# member's name.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="key">Whether it is part of the key.</param>
    /// <param name="sqlType">A type in the dialect's own words that replaces the one of the table of types; null for that.</param>
    public SqlColumn(string name, string parameter, SqlColumnType type, SqlKey key = SqlKey.None, string? sqlType = null)
    {
        Name = name;
        Parameter = parameter;
        Type = type;
        Key = key;
        SqlType = sqlType;
    }

    /// <summary>The column's name, unquoted.</summary>
    public string Name { get; }

    /// <summary>The statement's parameter without <c>@</c>.</summary>
    public string Parameter { get; }

    /// <summary>What it holds.</summary>
    public SqlColumnType Type { get; }

    /// <summary>Whether it is part of the key.</summary>
    public SqlKey Key { get; }

    /// <summary>The type in the dialect's own words; null for the table of types.</summary>
    public string? SqlType { get; }
}
