namespace TypedCdc.Postgres;

/// <summary>What a write took for granted does not hold. It is known now: the same write, in another transaction, goes another way.</summary>
internal class WriteAgainException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Some rows are older than the purge's horizon, so that those whose items are not there must be found before they are written.</summary>
internal sealed class HorizonPassedException() : WriteAgainException("Some rows are older than the horizon.");
