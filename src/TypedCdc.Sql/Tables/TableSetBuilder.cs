namespace TypedCdc;

/// <summary>Collects the tables that a relational sink keeps: <c>tables => tables.Add&lt;Customer&gt;()</c>.</summary>
public sealed class TableSetBuilder
{
    private readonly List<Sql.TargetTable> _tables = [];

    /// <summary>What the sink may do to tables that do not fit their models. The default value is <see cref="MigrationMode.AddOnly"/>.</summary>
    public MigrationMode Migrations { get; set; }

    /// <summary>Keeps the current state of a model's items: a table with one row an item, and a view that hides removed ones.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="configure">Changes the defaults; null for none.</param>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model, was added before, or its options contradict it.</exception>
    public TableSetBuilder Add<T>(Action<TableOptions<T>>? configure = null)
    {
        var options = new TableOptions<T>();
        configure?.Invoke(options);
        Add(CdcModel.Get<T>(), ordinal => options.Unfit.GetValueOrDefault(ordinal, options.OnUnfit), options.GoesBack);
        return this;
    }

    internal void Add(CdcModel model, Func<int, UnfitValue> unfit, bool acceptsNewerTable)
    {
        if (_tables.Exists(table => table.Model.ClrType == model.ClrType))
        {
            throw new InvalidOperationException($"The model '{model.ClrType}' was added twice to one sink.");
        }

        var added = new Sql.TargetTable(_tables.Count, model, unfit) { AcceptsNewerTable = acceptsNewerTable };
        if (_tables.Find(table => string.Equals(table.Name, added.Name, StringComparison.Ordinal) && string.Equals(table.Schema, added.Schema, StringComparison.Ordinal)) is { } other)
        {
            throw new InvalidOperationException(
                $"The models '{other.Model.ClrType}' and '{model.ClrType}' would both be kept in the table '{added.Name}'. Give one of them another SqlName.");
        }

        _tables.Add(added);
    }

    internal Sql.TableSet Build() =>
        _tables.Count > 0 ? new([.. _tables], Migrations) : throw new InvalidOperationException("The sink was given no table. Add one: tables => tables.Add<Customer>().");
}
