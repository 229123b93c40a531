using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>What the tests of tables without a model need of a database.</summary>
internal interface ISchemalessDatabase : IAsyncDisposable
{
    /// <summary>What a process opens it by.</summary>
    string Address { get; }

    Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null);

    /// <summary>The rows of a query, columns parted by <c>|</c>, NULL as <c>∅</c>.</summary>
    Task<string[]> RowsAsync(string sql);

    Task ExecuteAsync(string sql);

    /// <summary>A view's columns in their order.</summary>
    Task<string[]> ColumnsAsync(string view);

    /// <summary>The function that makes a character of its number.</summary>
    string Character { get; }
}
