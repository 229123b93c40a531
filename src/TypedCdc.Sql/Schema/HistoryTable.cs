using System.Collections.Immutable;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>
/// One append-only table of changes: a table whose guard is "never". Its primary key is the item's key, the time and the position: unique by position, so that a replay adds nothing, and in
/// the order in which an item's changes are read. Where a database limits what a key can be, it is a hash of these.
/// </summary>
internal sealed class HistoryTable
{
    /// <summary>The column of the hash, in a database that needs it.</summary>
    public const string Id = "cdc_id";

    /// <summary>The column of the time.</summary>
    public const string Timestamp = "cdc_timestamp";

    /// <summary>How many of the own columns, from the first, tell a change from the others of its item: time, stream, shard, position.</summary>
    private const int PositionColumns = 4;

    private static readonly ImmutableArray<AttributeSchema> OwnColumns =
    [
        Own(Timestamp, ColumnType.Int64, isRequired: true),
        Own("cdc_stream", ColumnType.Text, isRequired: true),
        Own("cdc_shard", ColumnType.Text, isRequired: true),
        Own("cdc_position", ColumnType.Text, isRequired: true),
        Own("cdc_operation", ColumnType.Text, isRequired: true),
        Own("cdc_before", ColumnType.Json),
        Own("cdc_after", ColumnType.Json),
        Own("cdc_event_id", ColumnType.Text),
        Own("cdc_sequence_number", ColumnType.Text),
        Own("cdc_table", ColumnType.Text, isRequired: true),
        Own("cdc_region", ColumnType.Text),
        Own("cdc_user_type", ColumnType.Text),
        Own("cdc_user_principal", ColumnType.Text),
        Own("cdc_ttl", ColumnType.Boolean, isRequired: true),
        Own("cdc_size", ColumnType.Int64),
    ];

    private readonly HistoryOptions _options;

    public HistoryTable(CdcModel model, HistoryOptions options, NamingPolicy? naming = null)
    {
        _options = options;
        Items = new(0, model, static _ => UnfitValue.Fail, naming);
        Model = model;
        Images = options.Images;
        Documents = options.Documents;
        Name = options.SqlName ?? Items.Name + "__history";
        if (SqlName.IsTooLong(Name))
        {
            throw new InvalidOperationException($"The name '{Name}' of the history of '{model.ClrType}' is longer than the {SqlName.MaximumBytes} bytes that every database keeps. Give it another SqlName.");
        }

        if (Items.Keys.Select(key => Items.Columns[key].Attribute.ColumnName).FirstOrDefault(static key => OwnColumns.Any(own => string.Equals(own.ColumnName, key, StringComparison.Ordinal))) is { } clash)
        {
            throw new InvalidOperationException($"The key column '{clash}' of '{model.ClrType}' has the name of one of the history's own columns. Rename it with [CdcColumn].");
        }
    }

    /// <summary>The model's own table, for the item's key.</summary>
    public TargetTable Items { get; }

    /// <summary>The same history with columns named by the sink's convention.</summary>
    public HistoryTable Named(NamingPolicy? naming) => naming is null ? this : new(Model, _options, naming);

    public CdcModel Model { get; }

    /// <summary>The table's unquoted name.</summary>
    public string Name { get; }

    /// <summary>Its schema; null for the connection's own.</summary>
    public string? Schema => Items.Schema;

    public Images Images { get; }

    public DocumentFormat Documents { get; }

    /// <summary>The table as the engine writes it: the hash where the database needs it, the item's key, then the columns of the change.</summary>
    /// <param name="index">Its place in the sink's list of tables.</param>
    /// <param name="isHashed">Whether the primary key is <see cref="Id"/>.</param>
    /// <param name="limits">What the database's types cannot hold.</param>
    public TargetTable ToTarget(int index, bool isHashed, ValueLimits limits)
    {
        AttributeSchema[] id = isHashed ? [Own(Id, ColumnType.Text, isRequired: true)] : [];
        ImmutableArray<AttributeSchema> attributes =
            [.. id, .. Items.Keys.Select(key => Items.Columns[key].Attribute with { IsRequired = true }), .. OwnColumns];
        return new(index, new()
        {
            TableName = Model.Schema.TableName,
            SqlName = Name,
            SqlSchema = Schema,
            Attributes = attributes,
            PartitionKey = -1,
            PartitionKeyParts = [.. Enumerable.Range(0, isHashed ? 1 : Items.Keys.Length + PositionColumns)],
            Revision = Model.Schema.Revision,
        }, Model.ClrType.ToString())
        {
            History = this,
            Limits = limits,
        };
    }

    private static AttributeSchema Own(string name, ColumnType type, bool isRequired = false) => new()
    {
        Name = name,
        MemberName = name,
        Kinds = AttributeKind.S,
        IsRequired = isRequired,
        IsNullable = !isRequired,
        ColumnName = name,
        ColumnType = type,
    };
}
