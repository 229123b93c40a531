using Npgsql;

namespace TypedCdc;

/// <summary>The server of a PostgreSQL sink and how it is written to.</summary>
public sealed class PostgresSinkOptions
{
    /// <summary>Where the server is and who connects. Never shown in logs or exceptions.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A data source of your own, for certificates, password providers and the like; goes before <see cref="ConnectionString"/>. Its owner disposes it.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>
    /// How many connections write at once, each for keys of its own. The default value is 4: one server process takes 8 to 11 µs of its processor's time a row,
    /// and most servers have some processors to spare.
    /// </summary>
    public int Connections { get; set; } = 4;

    /// <summary>
    /// How long a migration waits for those who use a table that it changes, before it gives up and is tried again after a pause. Everybody who comes later waits behind it meanwhile. The
    /// default value is 2 s: longer than writes and most queries take, and short enough for those who wait. Where queries of some seconds follow each other without a gap, make it longer than
    /// they are.
    /// </summary>
    public TimeSpan MigrationLockTimeout { get; set; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        if (DataSource is null && string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new InvalidOperationException("The PostgreSQL sink has no server. Give it a connection string: cdc.ToPostgres(\"Host=…;Database=…\", …).");
        }

        if (Connections is < 1 or > 64)
        {
            throw new InvalidOperationException("The PostgreSQL sink's Connections must be between 1 and 64.");
        }

        if (MigrationLockTimeout <= TimeSpan.Zero || MigrationLockTimeout > TimeSpan.FromHours(1))
        {
            throw new InvalidOperationException("The PostgreSQL sink's MigrationLockTimeout must be above 0 and at most an hour.");
        }
    }
}
