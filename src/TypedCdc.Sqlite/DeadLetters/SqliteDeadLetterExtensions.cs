using Microsoft.Extensions.DependencyInjection;

namespace TypedCdc;

/// <summary>Dead letters in SQLite.</summary>
public static class SqliteDeadLetterExtensions
{
    /// <summary>Keeps what cannot be delivered in a table of a SQLite database, which is made on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="path">The database file.</param>
    /// <param name="configure">Sets options.</param>
    public static CdcBuilder DeadLettersToSqlite(this CdcBuilder cdc, string path, Action<SqliteDeadLetterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var options = Options(path, configure);
        return cdc.DeadLettersTo(services => options.Open(services.GetService<TimeProvider>()));
    }

    /// <summary>
    /// Delivers the dead letters of a SQLite database again, after the mistake is fixed: each to the handler or sink that could not take it, and to no other, at its old position and in the
    /// stream's order. What fails again stays in the table; give the same one to <see cref="DeadLettersToSqlite"/>.
    /// </summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="path">The database file.</param>
    /// <param name="configure">Which letters, and what becomes of them.</param>
    /// <param name="table">Sets options of the table.</param>
    public static CdcBuilder FromSqliteDeadLetters(
        this CdcBuilder cdc, string path, Action<RedriveOptions>? configure = null, Action<SqliteDeadLetterOptions>? table = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var options = Options(path, table);
        return cdc.FromDeadLetters("SQLite table " + options.Table, services => options.Open(services.GetService<TimeProvider>()), configure);
    }

    private static SqliteDeadLetterOptions Options(string path, Action<SqliteDeadLetterOptions>? configure)
    {
        var options = new SqliteDeadLetterOptions { Path = path };
        configure?.Invoke(options);
        options.Validate();
        return options;
    }
}
