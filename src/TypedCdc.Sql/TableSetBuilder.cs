using TypedCdc.Decoding;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

/// <summary>Collects the tables that a relational sink keeps: <c>tables => tables.Add&lt;Customer&gt;()</c>.</summary>
public sealed partial class TableSetBuilder
{
    private readonly List<TargetTable> _tables = [];
    private readonly List<HistoryTable> _histories = [];

    /// <summary>What the sink may do to tables that do not fit their models. The default value is <see cref="MigrationMode.AddOnly"/>.</summary>
    public MigrationMode Migrations { get; set; }

    /// <summary>
    /// The naming convention for the columns of this sink: under <see cref="NamingPolicy.SnakeCase"/> the attribute <c>CreatedAt</c> has the column <c>created_at</c>.
    /// The default value is null: columns are named as the model's generated SQL names them, lower case unless the model sets
    /// <see cref="CdcTableAttribute.ColumnNaming"/>. A model that sets it, and <see cref="CdcColumnAttribute"/>, take precedence over this property. Where a program also
    /// uses the generated SQL (<c>Customer.Sql</c>, TypedCdc.Dapper), set the convention on the model: then both use the same names.
    /// </summary>
    public NamingPolicy? Naming { get; set; }

    /// <summary>
    /// How long the stream, or whatever else may deliver old changes (files, dead letters), keeps them. Tombstones that are older by <see cref="TombstoneMargin"/> are taken away, and a
    /// change that is older still, of an item that the table does not have, becomes a dead letter: it may be one of a removed item. The default value is null, for never: a tombstone
    /// costs a row, and only the operator knows what may still come.
    /// </summary>
    public TimeSpan? TombstoneRetention { get; set; }

    /// <summary>
    /// How much longer than <see cref="TombstoneRetention"/> a tombstone stays. The default value is a day, for records that were read at the end of their retention and wait for
    /// a sink that is down, and for clocks that differ.
    /// </summary>
    public TimeSpan TombstoneMargin { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often old tombstones are looked for. The default value is an hour: some thousands at a time are no burden.</summary>
    public TimeSpan PurgeInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How much older than the start of its scan or export a snapshot's row is taken to be: a change that came after the start always goes before it. The default value is 5 minutes: it must
    /// exceed what the stream's timestamps are rounded to (a second on DynamoDB Streams) and the difference of clocks.
    /// </summary>
    public TimeSpan SnapshotMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Keeps the current state of a model's items: a table with one row an item, and a view that hides removed ones.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="configure">Changes the defaults; null for none.</param>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model, was added before, or its options contradict it.</exception>
    public TableSetBuilder Add<[CdcModelType] T>(Action<TableOptions<T>>? configure = null)
    {
        var options = new TableOptions<T>();
        configure?.Invoke(options);
        var model = CdcModel.Get<T>();
        Add(model, ordinal => options.Unfit.TryGetValue(ordinal, out var unfit) ? unfit : model.Schema.Attributes[ordinal].OnUnfit ?? options.OnUnfit, options.GoesBack);
        return this;
    }

    /// <summary>
    /// Keeps every change of a model's items in an append-only table: what happened, the images before and after as JSON, when, by whom, and where in the stream. May stand beside
    /// <see cref="Add{T}"/> or alone.
    /// </summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="configure">Changes the defaults; null for none.</param>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model, its history was added before, or two histories would be one table.</exception>
    public TableSetBuilder AddHistory<[CdcModelType] T>(Action<HistoryOptions>? configure = null)
    {
        var options = new HistoryOptions();
        configure?.Invoke(options);
        AddHistory(CdcModel.Get<T>(), options);
        return this;
    }

    internal void AddHistory(CdcModel model, HistoryOptions options)
    {
        var added = new HistoryTable(model, options);
        if (_histories.Find(history => history.Model.ClrType == model.ClrType
            || (string.Equals(history.Name, added.Name, StringComparison.Ordinal) && string.Equals(history.Schema, added.Schema, StringComparison.Ordinal))) is { } other)
        {
            throw new InvalidOperationException(other.Model.ClrType == model.ClrType
                ? $"The history of the model '{model.ClrType}' was added twice to one sink."
                : $"The histories of the models '{other.Model.ClrType}' and '{model.ClrType}' would both be kept in the table '{added.Name}'. Give one of them another SqlName.");
        }

        _histories.Add(added);
    }

    internal void Add(CdcModel model, Func<int, UnfitValue> unfit, bool acceptsNewerTable)
    {
        if (_tables.Exists(table => table.Model!.ClrType == model.ClrType))
        {
            throw new InvalidOperationException($"The model '{model.ClrType}' was added twice to one sink.");
        }

        var added = new TargetTable(_tables.Count, model, unfit) { AcceptsNewerTable = acceptsNewerTable };
        if (_tables.Find(table => string.Equals(table.Name, added.Name, StringComparison.Ordinal) && string.Equals(table.Schema, added.Schema, StringComparison.Ordinal)) is { } other)
        {
            throw new InvalidOperationException(
                $"The models '{other.Owner}' and '{model.ClrType}' would both be kept in the table '{added.Name}'. Give one of them another SqlName.");
        }

        _tables.Add(added);
    }

    /// <summary>What a user's delegate names.</summary>
    internal static TableSet Build(Action<TableSetBuilder> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var builder = new TableSetBuilder();
        tables(builder);
        return builder.Build();
    }

    internal TableSet Build()
    {
        if (SnapshotMargin < TimeSpan.Zero)
        {
            throw new InvalidOperationException("SnapshotMargin must not be negative.");
        }

        var margin = SnapshotMargin.Ticks / TimeSpan.TicksPerMicrosecond;
        if (Naming == NamingPolicy.CamelCase && _schemaless.Count > 0)
        {
            throw new InvalidOperationException(
                "tables.Naming = NamingPolicy.CamelCase is not possible for untyped tables: two attributes of one item could have columns that differ by case alone. "
                + "Use NamingPolicy.SnakeCase.");
        }

        TargetTable[] tables = [.. _tables.Select(table => table.Named(Naming))];
        foreach (var table in tables)
        {
            table.SnapshotMargin = margin;
        }

        TableSet built = _tables.Count + _histories.Count + _schemaless.Count > 0
            ? new(tables, Migrations)
            {
                Histories = [.. _histories.Select(history => history.Named(Naming))],
                Purge = BuildPurge(),
                Schemaless = [.. _schemaless.Select(rule => rule.Named(Naming ?? NamingPolicy.Exact))],
                SnapshotMargin = margin,
            }
            : throw new InvalidOperationException("The sink was given no table. Add one: tables => tables.Add<Customer>().");
        built.RequireDistinctNames(hasSchemas: true);
        return built;
    }

    private PurgePolicy? BuildPurge()
    {
        if (TombstoneRetention is not { } retention)
        {
            return null;
        }

        return retention > TimeSpan.Zero && TombstoneMargin >= TimeSpan.Zero && PurgeInterval > TimeSpan.Zero
            ? new(retention + TombstoneMargin, PurgeInterval)
            : throw new InvalidOperationException("TombstoneRetention and PurgeInterval must be above 0, and TombstoneMargin must not be negative. TombstoneRetention is the stream's retention, at least 24 hours on Kinesis.");
    }
}
