using System.Data;
using Dapper;
using TypedCdc.DapperRows;
using TypedCdc.Decoding;
using TypedCdc.Sql;

namespace TypedCdc;

/// <summary>
/// A model's rows by Dapper, for handlers that keep tables of their own. Every write is guarded by the row's version: a change that comes twice, or after a newer one, writes
/// nothing, and a removed item stays removed.
/// </summary>
public static class CdcConnectionExtensions
{
    /// <summary>Makes the table, its index on tombstones and the view, unless they are there: <c>Customer.Sql.Postgres.CreateTable</c>.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="connection">A connection to PostgreSQL or SQLite.</param>
    /// <param name="transaction">The transaction to do it in; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task CreateTableAsync<[CdcModelType] T>(this IDbConnection connection, IDbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        connection.ExecuteAsync(new CommandDefinition(Rows<T>(connection).CreateTable, transaction: transaction, cancellationToken: cancellationToken));

    /// <summary>
    /// Does to the table what happened to the item: writes its new image, or the tombstone of a removed one. What a handler's <c>On…Async</c> calls.
    /// </summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="connection">A connection to PostgreSQL or SQLite.</param>
    /// <param name="change">The change.</param>
    /// <param name="transaction">The transaction to write in; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a row was written; false where the table has a newer version, or this one.</returns>
    /// <exception cref="ImageMissingException">The stream's view type left the new image out.</exception>
    /// <exception cref="CdcDecodeException">The database's types cannot hold a value exactly.</exception>
    public static Task<bool> ApplyAsync<T>(
        this IDbConnection connection, Change<T> change, IDbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        change is Removed<T> removed
            ? connection.DeleteAsync(removed, transaction, cancellationToken)
            : connection.UpsertAsync(change, transaction, cancellationToken);

    /// <summary>Writes the new image of a change, unless the table has a newer version of the item.</summary>
    /// <inheritdoc cref="ApplyAsync{T}(IDbConnection, Change{T}, IDbTransaction?, CancellationToken)"/>
    /// <exception cref="ArgumentException">The change is a removal.</exception>
    public static Task<bool> UpsertAsync<T>(
        this IDbConnection connection, Change<T> change, IDbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var after = change switch
        {
            Inserted<T> inserted => inserted.After,
            Modified<T> modified => modified.After,
            Snapshot<T> snapshot => snapshot.After,
            _ => throw new ArgumentException("A removal has no new image to write. Use DeleteAsync, or ApplyAsync for all kinds of changes.", nameof(change)),
        };
        return connection.UpsertAsync(after, CdcVersion.Of(change), transaction, cancellationToken);
    }

    /// <summary>Writes an item, unless the table has a newer version of it.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="connection">A connection to PostgreSQL or SQLite.</param>
    /// <param name="item">The item.</param>
    /// <param name="version">Its version: <see cref="CdcVersion.Of"/> of the change that it comes from, or <see cref="CdcVersion.At"/>.</param>
    /// <param name="transaction">The transaction to write in; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a row was written.</returns>
    /// <exception cref="CdcDecodeException">The database's types cannot hold a value exactly.</exception>
    public static async Task<bool> UpsertAsync<T>(
        this IDbConnection connection, T item, string version, IDbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        var rows = Rows<T>(connection);
        return await connection.ExecuteAsync(new CommandDefinition(rows.Upsert, rows.Parameters(item, version), transaction, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>Writes the tombstone of a removed item, unless the table has a newer version of it: it has to be remembered, or an older change that arrives later would bring the item back.</summary>
    /// <inheritdoc cref="ApplyAsync{T}(IDbConnection, Change{T}, IDbTransaction?, CancellationToken)"/>
    public static Task<bool> DeleteAsync<T>(
        this IDbConnection connection, Removed<T> change, IDbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var rows = Rows<T>(connection);
        var version = CdcVersion.Of(change);
        return ExecuteAsync(
            connection, rows.Delete, change.HasBefore ? rows.KeyParameters(change.Before, version) : rows.KeyParameters(change.KeyWithoutImages!, version), transaction, cancellationToken);
    }

    /// <summary>Writes the tombstone of an item, unless the table has a newer version of it.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="connection">A connection to PostgreSQL or SQLite.</param>
    /// <param name="item">The item; only its key matters.</param>
    /// <param name="version">When it was removed.</param>
    /// <param name="transaction">The transaction to write in; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a row was written.</returns>
    public static Task<bool> DeleteAsync<T>(
        this IDbConnection connection, T item, string version, IDbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        var rows = Rows<T>(connection);
        return ExecuteAsync(connection, rows.Delete, rows.KeyParameters(item, version), transaction, cancellationToken);
    }

    private static async Task<bool> ExecuteAsync(IDbConnection connection, string sql, RowParameters parameters, IDbTransaction? transaction, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken)) > 0;

    private static ModelRows<T> Rows<T>(IDbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return CdcDapper.DatabaseOf(connection) == CdcDatabase.PostgreSql ? ModelRows<T>.Postgres : ModelRows<T>.Sqlite;
    }
}
