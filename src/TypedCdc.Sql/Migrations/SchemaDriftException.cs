namespace TypedCdc;

/// <summary>A table does not fit its model, and the sink's <see cref="MigrationMode"/> does not allow to mend it, or nothing does.</summary>
public sealed class SchemaDriftException : InvalidOperationException
{
    internal SchemaDriftException(string message)
        : base(message)
    {
    }
}
