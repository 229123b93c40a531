using MySqlConnector;

namespace TypedCdc;

/// <summary>The server of a MySQL or MariaDB sink and how it is written to.</summary>
public sealed class MySqlSinkOptions
{
    /// <summary>
    /// MySqlConnector's connection string, with the database. Never shown in logs or exceptions. The sink sets <c>AllowUserVariables</c> and <c>UseAffectedRows</c> itself, and in each
    /// session the strict SQL mode, UTC as the time zone, and READ COMMITTED.
    /// </summary>
    public required string ConnectionString { get; set; }

    /// <summary>The number of connections that write at once, each for keys of its own. The default value is 4.</summary>
    public int Connections { get; set; } = 4;

    internal MySqlConnectionStringBuilder Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new CdcConfigurationException("The MySQL sink has no server. Give it a connection string: cdc.ToMySql(\"Server=…;Database=…;User ID=…;Password=…\", …).");
        }

        if (Connections is < 1 or > 64)
        {
            throw new CdcConfigurationException("The MySQL sink's Connections must be between 1 and 64.");
        }

        var builder = Parse(ConnectionString);
        if (string.IsNullOrEmpty(builder.Database))
        {
            throw new CdcConfigurationException("The MySQL sink's connection string names no database. Add 'Database=…'.");
        }

        builder.AllowUserVariables = true;
        builder.UseAffectedRows = true;
        builder.NoBackslashEscapes = false;
        return builder;
    }

    // The parser's own messages may quote the string, which can hold a password.
    private static MySqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new(connectionString);
        }
#pragma warning disable MA0054 // What the parser says may hold a part of the string, and so a part of a password.
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new CdcConfigurationException("The MySQL sink's connection string is invalid. Check its keywords and values against MySqlConnector's documentation.");
        }
#pragma warning restore MA0054
    }
}
