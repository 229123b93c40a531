namespace TypedCdc;

/// <summary>What a relational sink may do to a table that does not fit the model. Nothing is ever dropped, narrowed, renamed or given another key.</summary>
public enum MigrationMode
{
    /// <summary>Adds the columns that are missing, and makes the view anew; anything else that differs stops the sink at its start.</summary>
    AddOnly,

    /// <summary>The table is neither created nor compared; one that is not there stops the sink at its start, with the statements that make it.</summary>
    Off,

    /// <summary>Changes nothing: whatever differs stops the sink at its start, with the plan that would mend it.</summary>
    Validate,

    /// <summary>
    /// As <see cref="AddOnly"/>, and widens columns whose type holds less than the model's. PostgreSQL writes the whole table anew for some of that (integer to bigint, for one), and keeps
    /// readers and writers out meanwhile: look at the plan first, with <see cref="Validate"/>.
    /// </summary>
    Widen,
}
