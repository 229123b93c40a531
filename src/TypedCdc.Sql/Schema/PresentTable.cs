namespace TypedCdc.Sql.Schema;

/// <summary>A table as the database's catalogue describes it.</summary>
/// <param name="Columns">Its columns; empty where the table is not there.</param>
/// <param name="View">The columns of the view in front of it, in their order; empty where it is not there.</param>
/// <param name="Indexes">The names of its indexes.</param>
internal sealed record PresentTable(IReadOnlyList<PresentColumn> Columns, IReadOnlyList<string> View, IReadOnlyList<string> Indexes)
{
    /// <summary>What stands in the view's place and is not the sink's, such as <c>table</c>; null where nothing does.</summary>
    public string? InPlaceOfView { get; init; }

    /// <summary>What users have made of the view or the table, and what would have to go with it.</summary>
    public IReadOnlyList<PresentDependent> Dependents { get; init; } = [];

    /// <summary>What users have put on the view, and what goes when it is made anew: privileges, triggers, comments.</summary>
    public IReadOnlyList<PresentAddition> OnView { get; init; } = [];
}

/// <summary>One column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, in the catalogue's words.</param>
/// <param name="IsNullable">Whether it can be NULL.</param>
/// <param name="KeyPosition">Its place in the primary key, from 1; 0 where it is not part of it.</param>
/// <param name="HasDefault">Whether a row may leave it out although it cannot be NULL.</param>
internal sealed record PresentColumn(string Name, string Type, bool IsNullable, int KeyPosition, bool HasDefault);

/// <summary>A view of the users'.</summary>
/// <param name="Name">Its name, as SQL has it.</param>
/// <param name="Kind">What it is, in SQL's words: <c>VIEW</c>, <c>MATERIALIZED VIEW</c>.</param>
/// <param name="Query">What it selects.</param>
/// <param name="Columns">The columns of the table that it reads; null where it reads the sink's view.</param>
internal sealed record PresentDependent(string Name, string Kind, string Query, IReadOnlyList<string>? Columns);

/// <summary>Something that users have put on the view.</summary>
/// <param name="Statement">Puts it there again.</param>
/// <param name="Column">The one column of the view that it is about; null for the whole.</param>
internal sealed record PresentAddition(string Statement, string? Column);
