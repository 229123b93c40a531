using System.Data.Common;
using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>A table refuses every row. The table is at fault, not the rows: delivery waits and tries again, and no record is dead-lettered.</summary>
internal sealed class TableRefusedException(string message, PostgresException cause) : DbException(message, cause)
{
    public override bool IsTransient => true;

    public override string? SqlState { get; } = cause.SqlState;
}
