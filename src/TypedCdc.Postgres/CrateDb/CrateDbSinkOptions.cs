using Npgsql;

namespace TypedCdc;

/// <summary>The cluster of a CrateDB sink and how it is written to.</summary>
public sealed class CrateDbSinkOptions
{
    /// <summary>Npgsql's connection string. Never shown in logs or exceptions.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A data source of your own; goes before <see cref="ConnectionString"/>. Its owner disposes it.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>How many connections write at once, each for keys of its own. The default value is 4.</summary>
    public int Connections { get; set; } = 4;

    /// <summary>See <see cref="CrateDbDialect.TimestampsInMicroseconds"/>. Not to be changed for tables that are there. The default value is false.</summary>
    public bool TimestampsInMicroseconds { get; set; }

    internal void Validate()
    {
        if (DataSource is null && string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new InvalidOperationException("The CrateDB sink has no server. Give it a connection string: cdc.ToCrateDb(\"Host=…;Username=crate\", …).");
        }

        if (Connections is < 1 or > 64)
        {
            throw new InvalidOperationException("The CrateDB sink's Connections must be between 1 and 64.");
        }
    }
}
