using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>Appends to histories: one statement a table and write, all of it or nothing.</summary>
internal sealed class PostgresHistoryStore(PostgresSinkOptions options) : IHistoryStore
{
    private readonly NpgsqlDataSource _dataSource = ConnectionStrings.Open("the PostgreSQL sink", options.DataSource, options.ConnectionString);
    private string[] _inserts = [];

    public string Name => "postgresql";

    // Of the key's columns, which are declared as in the model's table.
    public ValueLimits Limits { get; } = new() { TakesNul = false, TimeResolution = TimeSpan.TicksPerMicrosecond };

    public async ValueTask StartAsync(IReadOnlyList<HistoryTable> tables, MigrationMode mode, SinkContext context, CancellationToken cancellationToken)
    {
        await using (var connection = await _dataSource.OpenConnectionAsync(cancellationToken))
        {
            await MigrateAsync(connection, tables, mode, context.Logger, cancellationToken);
        }

        _inserts = [.. tables.Select(Insert)];
    }

    public async ValueTask<long> AppendAsync(int table, List<HistoryRow> rows, List<RejectedRecord> rejected, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await AppendAsync(connection, table, rows, rejected, cancellationToken);
    }

    public ValueTask DisposeAsync() => options.DataSource is null ? _dataSource.DisposeAsync() : default;

    private async Task MigrateAsync(NpgsqlConnection connection, IReadOnlyList<HistoryTable> tables, MigrationMode mode, ILogger logger, CancellationToken cancellationToken)
    {
        if (mode == MigrationMode.Off)
        {
            var missing = new List<(string Name, string Create)>();
            foreach (var table in tables)
            {
                if (!await PostgresCatalogue.ExistsAsync(connection, table.QuotedName(SqlDatabase.Postgres), cancellationToken))
                {
                    missing.Add((table.Name, string.Join('\n', table.CreateTable(SqlDatabase.Postgres))));
                }
            }

            SinkPlan.RequirePresent(missing);
            return;
        }

        await using var migration = await PostgresMigration.BeginAsync(connection, options.MigrationLockTimeout, cancellationToken);
        var present = new List<(HistoryTable Table, IReadOnlyList<PresentColumn> Columns)>();
        foreach (var table in tables)
        {
            present.Add((table, await PostgresCatalogue.ColumnsAsync(connection, table.QuotedName(SqlDatabase.Postgres), cancellationToken)));
        }

        foreach (var (table, steps) in HistoryTable.Plan(PostgresMigrations.Rules, present, mode))
        {
            logger.LogInformation("Migrating the history table '{Table}' of the PostgreSQL database:\n{Plan}", table.Name, string.Join('\n', steps));
            await migration.ApplyAsync(new(table.Schema, table.Name, []), steps, cancellationToken);
        }

        await migration.CommitAsync(cancellationToken);
    }

    // Everything travels as text and is cast to its column: one form for every type of key.
    private static string Insert(HistoryTable table)
    {
        var columns = table.Columns.ToList();
        var values = columns.Zip(table.Types(SqlDatabase.Postgres), static (column, type) => (column, type))
            .Select(static (pair, i) => string.Create(CultureInfo.InvariantCulture, $"u.v{i}{(pair.type == "text" ? "" : "::" + pair.type)}"));
        return $"""
            INSERT INTO {table.QuotedName(SqlDatabase.Postgres)} ({string.Join(", ", columns.Select(SqlName.Quote))})
            SELECT {string.Join(", ", values)}
            FROM unnest({string.Join(", ", columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}::text[]")))})
                AS u({string.Join(", ", columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"v{i}")))})
            ON CONFLICT DO NOTHING
            """;
    }

    /// <summary>Where the server refuses rows, they are halved until the culprits stand alone. Nothing has to be taken back: what was appended before stays right.</summary>
    private async Task<long> AppendAsync(NpgsqlConnection connection, int table, List<HistoryRow> rows, List<RejectedRecord> rejected, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_inserts[table], connection);
        var keys = rows[0].Keys.Length;
        for (var i = 0; i < keys + rows[0].Values.Length; i++)
        {
            command.Parameters.Add(new()
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                Value = rows.ConvertAll(row => ToText(i < keys ? row.Keys[i] : row.Values[i - keys])),
            });
        }

        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException error) when (PostgresErrors.Classify(error) == PostgresFault.Row)
        {
            if (rows.Count == 1)
            {
                // The server's detail shows values of the row.
                rejected.Add(new(rows[0].Record, new InvalidOperationException($"PostgreSQL refused the row of the history ({error.SqlState}).")));
                return 0;
            }

            var half = rows.Count / 2;
            return await AppendAsync(connection, table, rows[..half], rejected, cancellationToken)
                + await AppendAsync(connection, table, rows[half..], rejected, cancellationToken);
        }
    }

    private static string? ToText(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        TimeSpan duration => (duration.Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture) + " microseconds",
        byte[] bytes => "\\x" + Convert.ToHexStringLower(bytes),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
