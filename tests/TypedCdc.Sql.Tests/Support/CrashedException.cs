namespace TypedCdc.Sql.Tests;

/// <summary>The worker ends here.</summary>
internal sealed class CrashedException : Exception;
