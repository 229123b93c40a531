using TypedCdc.Services;
using TypedCdc.Sql.Tests.Schemaless;

namespace TypedCdc.MySql.Tests;

/// <summary>Tables without a model, as documents and as columns.</summary>
[Collection("MariaDB")]
public sealed class MySqlUntypedTests(MariaDb server) : SchemalessConvergence
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Documents()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await Any_order_leaves_the_same_documents(seed, seed % 2 == 0 ? DocumentFormat.Plain : DocumentFormat.Typed);
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Columns()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await Any_order_leaves_the_same_columns(seed);
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Ties()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await Ties_end_alike_in_any_order(seed);
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Workers_at_the_same_time()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await Workers_that_add_columns_at_the_same_time_leave_the_same_view(seed, workers: 4);
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public Task A_worker_behind() => A_worker_that_knows_fewer_columns_looks_again();

    [ServiceFact(ServiceKind.MariaDb)]
    public Task A_second_run() => A_second_run_changes_nothing(5);

    private protected override async Task<ISchemalessDatabase> OpenAsync() => await MySqlPlace.CreateAsync(server);
}
