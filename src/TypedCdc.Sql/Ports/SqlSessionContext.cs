using Microsoft.Extensions.Logging;

namespace TypedCdc.Sql.Ports;

/// <summary>What a session may use of the sink, the dead-letter store or the checkpoint store that it is opened for.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="Retried">To be called when the database was busy and the session repeats a statement by itself.</param>
public sealed record SqlSessionContext(TimeProvider Time, ILogger Logger, Action Retried);
