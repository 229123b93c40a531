using System.Data.Common;

namespace TypedCdc.Dapper.Tests;

// What src/TypedCdc.Dapper/README.md shows.
public sealed class CustomerTable(DbConnection connection) : ChangeHandler<Customer>
{
    public override async ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken ct) =>
        await connection.UpsertAsync(change, cancellationToken: ct);

    public override async ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken ct) =>
        await connection.UpsertAsync(change, cancellationToken: ct);

    public override async ValueTask OnRemovedAsync(Removed<Customer> change, CancellationToken ct) =>
        await connection.DeleteAsync(change, cancellationToken: ct);
}
