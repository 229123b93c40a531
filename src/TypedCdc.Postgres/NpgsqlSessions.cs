using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>Connections to a database that speaks PostgreSQL's protocol but is not PostgreSQL.</summary>
/// <param name="database">Its name, for errors.</param>
/// <param name="connectionString">Where it is; null with a data source.</param>
/// <param name="dataSource">The user's own data source; null with a connection string.</param>
/// <param name="resetsOnClose">Whether the server knows DISCARD ALL, which Npgsql sends before it uses a connection again.</param>
/// <param name="mayLackTypes">Whether the server may fail to answer what Npgsql asks about its types: then it is not asked.</param>
internal sealed class NpgsqlSessions(string database, string? connectionString, NpgsqlDataSource? dataSource, bool mayLackTypes, bool resetsOnClose = true) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private NpgsqlDataSource? _own;
    private bool _withoutTypes;

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var source = Source();
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception error) when (dataSource is null && mayLackTypes && !_withoutTypes && IsOfTypeLoading(error))
        {
            lock (_gate)
            {
                _withoutTypes = true;
                _own = null;
            }

            return await Source().OpenConnectionAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? default;

    // Behind a login that went well, Npgsql's first query is the one for types. Class 28 is the login itself; a lost connection is neither.
    internal static bool IsOfTypeLoading(Exception error) => error is PostgresException { SqlState: not ['2', '8', ..] and not ['0', '8', ..] and not ['5', '7', ..] and not ['5', '3', ..] } or NotSupportedException;

    private NpgsqlDataSource Source()
    {
        if (dataSource is not null)
        {
            return dataSource;
        }

        lock (_gate)
        {
            return _own ??= Make();
        }
    }

    private NpgsqlDataSource Make()
    {
        var builder = ConnectionStrings.Read($"the {database} sink", connectionString);
        builder.ConnectionStringBuilder.NoResetOnClose |= !resetsOnClose;
        if (_withoutTypes)
        {
            builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false));
        }

        return builder.Build();
    }
}
