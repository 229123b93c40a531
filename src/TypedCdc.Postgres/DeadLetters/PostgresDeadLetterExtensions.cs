using Microsoft.Extensions.DependencyInjection;

namespace TypedCdc;

/// <summary>Dead letters in PostgreSQL.</summary>
public static class PostgresDeadLetterExtensions
{
    /// <summary>Keeps what cannot be delivered in a table of a PostgreSQL database, which is made on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="configure">Sets options.</param>
    public static CdcBuilder DeadLettersToPostgres(this CdcBuilder cdc, string connectionString, Action<PostgresDeadLetterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var options = Options(connectionString, configure);
        return cdc.DeadLettersTo(services => options.Open(services.GetService<TimeProvider>()));
    }

    /// <summary>
    /// Delivers the dead letters of a PostgreSQL table again, after the mistake is fixed: each to the handler or sink that could not take it, and to no other, at its old position and in
    /// the stream's order. What fails again stays in the table; give the same one to <see cref="DeadLettersToPostgres"/>. One process at a time: two would both deliver.
    /// </summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="configure">Which letters, and what becomes of them.</param>
    /// <param name="table">Sets options of the table.</param>
    public static CdcBuilder FromPostgresDeadLetters(
        this CdcBuilder cdc, string connectionString, Action<RedriveOptions>? configure = null, Action<PostgresDeadLetterOptions>? table = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var options = Options(connectionString, table);
        return cdc.FromDeadLetters("PostgreSQL table " + options.Table, services => options.Open(services.GetService<TimeProvider>()), configure);
    }

    private static PostgresDeadLetterOptions Options(string connectionString, Action<PostgresDeadLetterOptions>? configure)
    {
        var options = new PostgresDeadLetterOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        options.Validate();
        return options;
    }
}
