using TypedCdc.Decoding;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Sinks over any store.</summary>
internal static class DialectSinks
{
    public static async Task<RelationalSink> StartAsync(IRelationalStore store, Action<TableSetBuilder>? tables = null, TimeProvider? time = null, params CdcModel[] models)
    {
        var builder = new TableSetBuilder();
        (tables ?? (static tables => tables.Add<Customer>()))(builder);
        var sink = new RelationalSink(builder.Build(), store);
        await sink.StartAsync(SqliteFixture.Context(time, models), default);
        return sink;
    }

    public static async Task WriteAsync(this RelationalSink sink, IEnumerable<List<CdcRecord>> batches)
    {
        foreach (var batch in batches)
        {
            await sink.WriteAsync(batch, default);
        }
    }

    /// <inheritdoc cref="CrashingWorkers"/>
    public static Task<int> WriteCrashingAsync(Func<Func<SqlStatement, SqlStatement?>, IRelationalStore> open, IEnumerable<List<CdcRecord>> delivered, Random random) =>
        CrashingWorkers.WriteAsync(
            tick => StartAsync(open(statement =>
            {
                tick();
                return statement;
            })),
            delivered,
            random,
            first: 35,
            next: 35);
}
