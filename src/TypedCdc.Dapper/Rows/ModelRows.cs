using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Decoding;
using TypedCdc.Sinks;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.DapperRows;

/// <summary>
/// The rows of one model in one database: its statements, and an item's values as their parameters. An item is written as DynamoDB has it and read again as the sinks read it,
/// so that converters, names of enums and exact numbers are the same here and there.
/// </summary>
internal sealed class ModelRows<T>
{
    // As the PostgreSQL sink has them (PostgreSQL documentation, "Character Types", "Date/Time Types"). Before the instances: they read it.
    private static readonly ValueLimits PostgresLimits = new() { TakesNul = false, TimeResolution = TimeSpan.TicksPerMicrosecond };

    private readonly CdcModel<T> _model = CdcModel.Get<T>();
    private readonly TargetTable _table;
    private readonly TableRoutes _routes;
    private readonly CdcDatabase _database;

    private ModelRows(CdcDatabase database)
    {
        _database = database;
        _table = new(0, _model, static _ => UnfitValue.Fail) { Limits = database == CdcDatabase.PostgreSql ? PostgresLimits : ValueLimits.None };
        _routes = new([_table], new OnlyModel(_model));
        var dialect = database == CdcDatabase.PostgreSql ? SqlDatabase.Postgres : SqlDatabase.Sqlite;
        CreateTable = SqlStatements.CreateTable(dialect, _table.Sql);
        Upsert = SqlStatements.Upsert(dialect, _table.Sql);
        Delete = SqlStatements.Delete(dialect, _table.Sql);
    }

    public static ModelRows<T> Postgres { get; } = new(CdcDatabase.PostgreSql);

    public static ModelRows<T> Sqlite { get; } = new(CdcDatabase.Sqlite);

    public string CreateTable { get; }

    public string Upsert { get; }

    public string Delete { get; }

    /// <summary>All columns of an item and its version.</summary>
    public RowParameters Parameters(T item, string version) => Read(Record("""{"Item":""", writer => _model.Write(writer, item), "}"), isTombstone: false, version);

    /// <summary>The key of an item and a version.</summary>
    public RowParameters KeyParameters(T item, string version) => ReadKey(writer => _model.Write(writer, item), version);

    /// <summary>A typed key (a boxed <c>T.Key</c>) and a version.</summary>
    public RowParameters KeyParameters(object key, string version) => ReadKey(writer => KeyWriter.Write(writer, key, _model.Schema), version);

    // A removal's row is made of its keys; what else stands there is passed over.
    private RowParameters ReadKey(Action<Utf8JsonWriter> item, string version) =>
        Read(Record("""{"eventName":"REMOVE","dynamodb":{"ApproximateCreationDateTime":0,"Keys":""", item, "}}"), isTombstone: true, version);

    private static ReadOnlyMemory<byte> Record(string before, Action<Utf8JsonWriter> item, string behind)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(Encoding.UTF8.GetBytes(before));
        using (var writer = new Utf8JsonWriter(bytes))
        {
            item(writer);
        }

        bytes.Write(Encoding.UTF8.GetBytes(behind));
        return bytes.WrittenMemory;
    }

    private RowParameters Read(ReadOnlyMemory<byte> utf8, bool isTombstone, string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        var record = CdcRecord.Parse(utf8, default, new() { TableName = _model.Schema.TableName, Timestamp = DateTimeOffset.UnixEpoch });
        var buffer = new RowBuffer(_table);
        new RowReader(_routes, new SinkMetrics("", NullLogger.Instance)).Read(record, 0, [buffer]);
        var parameters = new RowParameters(_database);
        foreach (var column in _table.Columns)
        {
            if (!isTombstone || column.Key != SqlKey.None)
            {
                parameters.Add(column, buffer, buffer.Cells(0)[column.Index]);
            }
        }

        parameters.AddVersion(version);
        return parameters;
    }

    private sealed class OnlyModel(CdcModel model) : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [model];
    }
}
