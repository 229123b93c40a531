using System.Collections.Concurrent;
using System.Data;
using Dapper;
using TypedCdc.DapperRows;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>Settings of the Dapper extensions, for the whole process, as Dapper's own are.</summary>
public static class CdcDapper
{
    private static readonly ConcurrentDictionary<Type, CdcDatabase> Known = new();

    /// <summary>
    /// Tells Dapper how to read and bind what it cannot: DynamoDB's numbers, BigInteger, Int128, dates and times, documents, <c>Uri</c>, and on SQLite the types that are
    /// text there. Call it once when the application starts.
    /// </summary>
    public static void AddTypeHandlers() => ScalarHandlers.AddAll();

    /// <summary>
    /// Tells Dapper how to read lists and sets of scalars (arrays on PostgreSQL, JSON on SQLite). Not part of <see cref="AddTypeHandlers"/>, because it has a price: a type
    /// with a handler is no longer spread by Dapper's <c>IN @list</c>; write <c>= ANY(@list)</c>, or pass another kind of sequence.
    /// </summary>
    public static void AddCollectionHandlers() => CollectionHandlers.AddAll();

    /// <summary>
    /// Lets Dapper find the members of a model by its columns (<c>first_name</c> is <c>FirstName</c>): for <c>connection.QueryAsync&lt;Customer&gt;("SELECT * FROM customers")</c>.
    /// </summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public static void MapColumns<[CdcModelType] T>() => SqlMapper.SetTypeMap(typeof(T), new ColumnMap(typeof(T), CdcModel.Get<T>().Schema));

    /// <summary>Names the database behind a connection type that is not the driver's own, such as a profiler's.</summary>
    /// <typeparam name="TConnection">The connection's type.</typeparam>
    public static void UseConnection<TConnection>(CdcDatabase database)
        where TConnection : IDbConnection
        => Known[typeof(TConnection)] = database;

    internal static CdcDatabase DatabaseOf(IDbConnection connection) => Known.TryGetValue(connection.GetType(), out var known) ? known : Find(connection.GetType());

    // By name: no driver is referenced here, and a class derived from the driver's own counts as such.
    private static CdcDatabase Find(Type connection)
    {
        for (var type = connection; type is not null; type = type.BaseType)
        {
            switch (type.FullName)
            {
                case "Npgsql.NpgsqlConnection":
                    return Known[connection] = CdcDatabase.PostgreSql;
                case "Microsoft.Data.Sqlite.SqliteConnection" or "System.Data.SQLite.SQLiteConnection":
                    return Known[connection] = CdcDatabase.Sqlite;
            }
        }

        throw new NotSupportedException(
            $"The database behind '{connection}' is not known. Say once which it is: CdcDapper.UseConnection<{connection.Name}>(CdcDatabase.PostgreSql).");
    }
}
