using System.Data.Common;
using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>A table could not be changed because others use it. Transient: delivery tries again, with pauses that grow.</summary>
internal sealed class TableInUseException(string message, PostgresException cause) : DbException(message, cause)
{
    public override bool IsTransient => true;

    public override string? SqlState => PostgresErrorCodes.LockNotAvailable;
}
