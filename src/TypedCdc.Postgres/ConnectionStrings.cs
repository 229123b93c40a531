using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>Users' connection strings. They hold passwords: whatever is said about one that cannot be read, nothing of it is quoted.</summary>
internal static class ConnectionStrings
{
    /// <summary>The user's own data source, or one that the connection string makes.</summary>
    /// <param name="what">Whose it is, for the error: "the PostgreSQL sink".</param>
    /// <param name="dataSource">The user's own; null for none.</param>
    /// <param name="connectionString">Where the server is.</param>
    /// <exception cref="CdcConfigurationException">The connection string cannot be read.</exception>
    public static NpgsqlDataSource Open(string what, NpgsqlDataSource? dataSource, string? connectionString) => dataSource ?? Read(what, connectionString).Build();

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="CdcConfigurationException">It cannot be read.</exception>
    public static NpgsqlDataSourceBuilder Read(string what, string? connectionString)
    {
        try
        {
            return new(connectionString);
        }
#pragma warning disable MA0054 // What the parser says may hold a part of the string, and so a part of a password.
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new CdcConfigurationException(
                $"The connection string of {what} cannot be read. It has the form Host=…;Database=…;Username=…;Password=…, a value with ; or = in quotes. Npgsql's documentation has its keywords.");
        }
#pragma warning restore MA0054
    }
}
