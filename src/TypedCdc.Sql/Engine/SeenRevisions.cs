using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>The revisions that <c>cdc_models</c> had of a table when it was last asked: a bulk write goes by them, and is left to the statements where they have changed.</summary>
internal sealed class SeenRevisions
{
    private volatile Known? _known;

    /// <summary>Whether it was asked yet.</summary>
    public bool IsKnown => _known is not null;

    /// <summary>What it had; null for no row.</summary>
    public string? Revisions => _known?.Revisions;

    /// <summary>Takes an answer to <see cref="Migrator.SelectRevisions"/>.</summary>
    public void Set(SqlAnswer answer) => _known = new(answer.Rows is [[string revisions, ..]] ? revisions : null);

    private sealed record Known(string? Revisions);
}
