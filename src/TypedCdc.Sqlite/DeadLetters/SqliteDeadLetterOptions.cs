using TypedCdc.Sql.DeadLetters;
using TypedCdc.Sqlite;

namespace TypedCdc;

/// <summary>The table of dead letters in a SQLite database.</summary>
public sealed class SqliteDeadLetterOptions
{
    /// <summary>The database file; created, for its owner only, when it does not exist: it holds whole records.</summary>
    public required string Path { get; set; }

    /// <summary>The table's name. The default value is <c>cdc_dead_letters</c>.</summary>
    public string Table { get; set; } = "cdc_dead_letters";

    /// <summary>How long a write waits for another process that holds the database, before it counts as an outage. The default value is 30 s, as a sink's.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal SqlDeadLetterStore Open(TimeProvider? time = null)
    {
        Validate();
        return new(new SqliteDatabase(new() { Path = Path, BusyTimeout = BusyTimeout }) { IsKeptForOwner = true }, Table, time: time);
    }

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.StartsWith(":memory:", StringComparison.Ordinal))
        {
            throw new CdcConfigurationException("Dead letters must outlive the process: name a file, cdc.DeadLettersToSqlite(\"dead-letters.db\").");
        }

        if (string.IsNullOrWhiteSpace(Table) || Table.Contains('\0', StringComparison.Ordinal) || BusyTimeout < TimeSpan.Zero)
        {
            throw new CdcConfigurationException("The table of dead letters must have a name (the default is cdc_dead_letters), and BusyTimeout must not be negative.");
        }
    }
}
