using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Schemaless;

[Collection("PostgreSQL")]
public sealed class PostgresSchemalessConvergenceTests(PostgreSql server) : SchemalessConvergence
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Documents()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await Any_order_leaves_the_same_documents(seed, seed % 2 == 0 ? DocumentFormat.Plain : DocumentFormat.Typed);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Columns()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await Any_order_leaves_the_same_columns(seed);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Ties()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await Ties_end_alike_in_any_order(seed);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Workers_at_the_same_time()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await Workers_that_add_columns_at_the_same_time_leave_the_same_view(seed, workers: 4);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_worker_behind() => A_worker_that_knows_fewer_columns_looks_again();

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_second_run() => A_second_run_changes_nothing(5);

    private protected override Task<ISchemalessDatabase> OpenAsync() => SchemalessPostgres.CreateAsync(server);

    private protected override async Task<string[]> DocumentsAsync(ISchemalessDatabase database) => Sorted(await base.DocumentsAsync(database));

    // jsonb keeps names in an order of its own.
    internal static string[] Sorted(IEnumerable<string> rows) => [.. rows.Select(static row =>
    {
        var start = row.IndexOf("|{", StringComparison.Ordinal) + 1;
        return row[..start] + Sorted(JsonNode.Parse(row[start..])!).ToJsonString(Relaxed).Replace("\\uD83D\\uDE00", "😀", StringComparison.Ordinal);
    }).Order(StringComparer.Ordinal)];

    internal static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(static one => System.Text.Encoding.UTF8.GetBytes(one.Key), Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)))
            .Select(static one => KeyValuePair.Create(one.Key, one.Value is null ? null : Sorted(one.Value)))),
        JsonArray list => new JsonArray([.. list.Select(static one => one is null ? null : Sorted(one))]),
        _ => node.DeepClone(),
    };
}
