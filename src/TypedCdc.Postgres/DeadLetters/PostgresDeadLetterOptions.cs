using Npgsql;

using TypedCdc.Postgres;
using TypedCdc.Sql.DeadLetters;

namespace TypedCdc;

/// <summary>The table of dead letters in PostgreSQL.</summary>
public sealed class PostgresDeadLetterOptions
{
    /// <summary>Where the server is and who connects. Never shown in logs or exceptions.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A data source of your own; goes before <see cref="ConnectionString"/>. Its owner disposes it.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>The table's name, of at most 48 bytes. The default value is <c>cdc_dead_letters</c>.</summary>
    public string Table { get; set; } = "cdc_dead_letters";

    /// <summary>Its schema, which has to be there. The default value is null: the first of the connection's search path.</summary>
    public string? Schema { get; set; }

    internal void Validate()
    {
        if (DataSource is null && string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new CdcConfigurationException("The table of dead letters has no server. Give it a connection string: cdc.DeadLettersToPostgres(\"Host=…;Database=…\").");
        }

        // PostgreSQL cuts a name at 63 bytes; the index's is a little longer than the table's.
        if (string.IsNullOrWhiteSpace(Table) || System.Text.Encoding.UTF8.GetByteCount(Table) > 48 || Table.Contains('\0', StringComparison.Ordinal) || Schema is "")
        {
            throw new CdcConfigurationException("The table of dead letters must have a name of at most 48 bytes (the default is cdc_dead_letters), and its schema a name or null.");
        }
    }

    internal SqlDeadLetterStore Open(TimeProvider? time = null)
    {
        Validate();
        return new(new NpgsqlDatabase("the table of dead letters", DataSource, ConnectionString), Table, Schema, time);
    }
}
