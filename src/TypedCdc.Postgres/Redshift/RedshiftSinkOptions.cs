using Npgsql;

namespace TypedCdc;

/// <summary>The warehouse of a Redshift sink and how it is written to.</summary>
public sealed class RedshiftSinkOptions
{
    /// <summary>Npgsql's connection string. Never shown in logs or exceptions.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A data source of your own; goes before <see cref="ConnectionString"/>. Its owner disposes it. Its string needs <c>No Reset On Close=true</c>.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>Where large writes are staged for COPY. The default value is null: they are staged by INSERT.</summary>
    public IRedshiftStage? Stage { get; set; }

    /// <summary>How many rows a write must have to go through <see cref="Stage"/>. The default value is 1,000: below, the way over S3 costs more than it saves.</summary>
    public int StageFrom { get; set; } = 1_000;

    internal void Validate()
    {
        if (DataSource is null && string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new InvalidOperationException("The Redshift sink has no server. Give it a connection string: cdc.ToRedshift(\"Host=….redshift.amazonaws.com;Port=5439;…\", …).");
        }

        if (StageFrom < 1)
        {
            throw new InvalidOperationException("The Redshift sink's StageFrom must be at least 1.");
        }
    }
}
