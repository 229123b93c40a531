namespace TypedCdc;

/// <summary>A table does not fit its model, and the sink's <see cref="MigrationMode"/> does not allow to mend it, or nothing does.</summary>
public sealed class SchemaDriftException : InvalidOperationException, Delivery.IStopsDelivery
{
    internal SchemaDriftException(string message, string plan = "")
        : base(message)
    {
        Plan = plan;
    }

    /// <summary>
    /// What would have to be done, as SQL with comments: the statements that a migration may run, and lines that begin with <c>-- cannot be mended</c> for what none does. Empty where
    /// the table fits, but a worker with a newer model has written it. To look at the plan without running it, start with <see cref="MigrationMode.Validate"/>.
    /// </summary>
    public string Plan { get; }
}
