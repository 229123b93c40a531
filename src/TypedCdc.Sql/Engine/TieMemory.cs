namespace TypedCdc.Sql.Engine;

/// <summary>Whether a table's ties may hold anything: where not, nothing needs to be forgotten.</summary>
internal sealed class TieMemory
{
    private volatile bool _mayHave;

    public bool MayHave
    {
        get => _mayHave;
        set => _mayHave = value;
    }
}
