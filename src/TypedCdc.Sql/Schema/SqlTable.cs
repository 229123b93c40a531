// What the statements are made from: the few facts of a model that SQL needs.
using System.Collections.Generic;
using System.Linq;

namespace TypedCdc.Sql.Schema;

/// <summary>A table of current states, with the view in front of it.</summary>
internal sealed class SqlTable
{
    /// <param name="schema">The SQL schema, unquoted; null for the connection's own.</param>
    /// <param name="name">The view's name, unquoted; the table is this with <c>__cdc</c> behind.</param>
    /// <param name="columns">The columns in the model's order.</param>
    /// <param name="indexes">The indexes beside the primary key and that on tombstones; null for none.</param>
    public SqlTable(string? schema, string name, IReadOnlyList<SqlColumn> columns, IReadOnlyList<SqlIndex>? indexes = null)
    {
        Indexes = indexes ?? [];
        Schema = schema;
        Name = name;
        Columns = columns;
        var keys = new List<SqlColumn>(2);
        var others = new List<SqlColumn>(columns.Count);
        foreach (var column in columns)
        {
            (column.Key == SqlKey.None ? others : keys).Add(column);
        }

        Keys = keys.OrderBy(static key => key.Key).ToList();
        NonKeys = others;
    }

    /// <summary>The SQL schema, unquoted; null for the connection's own.</summary>
    public string? Schema { get; }

    /// <summary>The view's name, unquoted.</summary>
    public string Name { get; }

    /// <summary>All columns of the model, in its order; without those the sink adds.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>The key columns: those of the partition key, then those of the sort key, each in the model's order.</summary>
    public IReadOnlyList<SqlColumn> Keys { get; }

    /// <summary>The columns outside the key, in the model's order.</summary>
    public IReadOnlyList<SqlColumn> NonKeys { get; }

    /// <summary>The indexes beside the primary key and that on tombstones.</summary>
    public IReadOnlyList<SqlIndex> Indexes { get; }
}

/// <summary>An index of the user's.</summary>
/// <param name="name">Its name, unquoted.</param>
/// <param name="columns">The names of its columns, unquoted, in its order.</param>
internal sealed class SqlIndex(string name, IReadOnlyList<string> columns)
{
    /// <summary>Its name, unquoted.</summary>
    public string Name { get; } = name;

    /// <summary>The names of its columns, unquoted, in its order.</summary>
    public IReadOnlyList<string> Columns { get; } = columns;
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
    /// <param name="given">Types in the dialects' own words that replace those of the table of types; null for none.</param>
    public SqlColumn(string name, string parameter, SqlColumnType type, SqlKey key = SqlKey.None, GivenSqlTypes? given = null)
    {
        Name = name;
        Parameter = parameter;
        Type = type;
        Key = key;
        Given = given;
    }

    /// <summary>The column's name, unquoted.</summary>
    public string Name { get; }

    /// <summary>The statement's parameter without <c>@</c>.</summary>
    public string Parameter { get; }

    /// <summary>What it holds.</summary>
    public SqlColumnType Type { get; }

    /// <summary>Whether it is part of the key.</summary>
    public SqlKey Key { get; }

    /// <summary>Types in the dialects' own words; null for none.</summary>
    public GivenSqlTypes? Given { get; }

    /// <summary>The type that the column is declared with.</summary>
    public string TypeIn(SqlDatabase database) => Given?.For(database, Type) ?? SqlColumnTypes.Get(database, Type);

    /// <summary>The declared type is not that of the table of types.</summary>
    public bool IsGivenIn(SqlDatabase database) => Given?.For(database, Type) is not null;
}
