namespace TypedCdc;

/// <summary>What happened to an item.</summary>
public enum ChangeOperation : byte
{
    /// <summary><c>INSERT</c>: the item was put where none was.</summary>
    Insert = 1,

    /// <summary><c>MODIFY</c>: the item existed and was changed.</summary>
    Modify = 2,

    /// <summary><c>REMOVE</c>: the item was deleted, by a user or by time to live.</summary>
    Remove = 3,

    /// <summary>The item as a table scan or an export saw it; not a change.</summary>
    Snapshot = 4,
}
