using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>A table as it is written.</summary>
/// <param name="Table">Its statements.</param>
/// <param name="Memory">Whether ties may be remembered.</param>
/// <param name="SelectRevisions">Asks for what <c>cdc_models</c> has of it; null where there is no such table.</param>
/// <param name="ChecksRevision">Whether a worker with an older model stops.</param>
/// <param name="Seen">What <c>cdc_models</c> had of it when it was last asked.</param>
internal sealed record OpenedTable(TableStatements Table, TieMemory Memory, SqlStatement? SelectRevisions, bool ChecksRevision, SeenRevisions Seen);
