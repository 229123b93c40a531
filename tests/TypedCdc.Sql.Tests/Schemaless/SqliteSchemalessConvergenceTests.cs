namespace TypedCdc.Sql.Tests.Schemaless;

public sealed class SqliteSchemalessConvergenceTests : SchemalessConvergence
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Documents(int seed) => Any_order_leaves_the_same_documents(seed, seed % 2 == 0 ? DocumentFormat.Plain : DocumentFormat.Typed);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Columns(int seed) => Any_order_leaves_the_same_columns(seed);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Ties(int seed) => Ties_end_alike_in_any_order(seed);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Workers_at_the_same_time(int seed) => Workers_that_add_columns_at_the_same_time_leave_the_same_view(seed, workers: 3);

    [Fact]
    public Task A_worker_behind() => A_worker_that_knows_fewer_columns_looks_again();

    [Fact]
    public Task A_second_run() => A_second_run_changes_nothing(5);

    private protected override Task<ISchemalessDatabase> OpenAsync() => Task.FromResult<ISchemalessDatabase>(new SchemalessSqlite());
}
