using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

/// <summary>What annotations of columns and indexes become in the schema and in each dialect's SQL.</summary>
public sealed class ColumnSchemaTests
{
    private const string Model = """
        [System.Flags] public enum Right { Read = 1, Write = 2 }
        [CdcTable("customers", SqlSchema = "shop"), CdcIndex(nameof(City), nameof(Since))]
        public sealed partial record Customer([PartitionKey("userid")] long UserId)
        {
            [CdcIndex(Name = "customers_by_city")] public string? City { get; init; }
            public DateTimeOffset? Since { get; init; }
            [CdcColumn("mail", Type = "varchar(80)", RedshiftType = "VARCHAR(320)", OnUnfit = UnfitValue.NullAndReport)] public string? Email { get; init; }
            [CdcColumn(Ignore = true)] public string? Password { get; init; }
            [CdcColumn(OnUnfit = UnfitValue.ToOverflow)] public byte? Level { get; init; }
            [CdcColumn(Type = "numeric(12,2)")] public decimal? Balance { get; init; }
            public Right Rights { get; init; }
            public System.Collections.Generic.List<sbyte?>? Marks { get; init; }
            [CdcOverflow] public AttributeMap Rest { get; init; } = AttributeMap.Empty;
        }
        """;

    [Fact]
    public void The_annotations_stand_in_the_schema() => Snapshot.Verify(MarkedSource.ExpectNone(Model).Source("Customer.g.cs"), typeof(ColumnSchemaTests));

    [Fact]
    public void The_annotations_stand_in_the_SQL_of_every_dialect()
    {
        var run = GeneratorRun.Of(Model, new Dictionary<string, string>(StringComparer.Ordinal) { ["build_property.TypedCdcDialects"] = "Postgres;Sqlite;CrateDb;Redshift" });
        Assert.Empty(run.CompilerDiagnostics);
        var sql = run.Source("Customer.Sql.g.cs");
        Assert.DoesNotContain("password", sql, StringComparison.OrdinalIgnoreCase);
        Snapshot.Verify(sql, typeof(ColumnSchemaTests));
    }

    [Fact]
    public void A_member_without_a_column_is_nothing_to_the_revision_and_a_type_is()
    {
        var with = Revision(Model);
        Assert.Equal(with, Revision(Model.Replace("[CdcColumn(Ignore = true)] public string? Password { get; init; }", "", StringComparison.Ordinal)));
        Assert.NotEqual(with, Revision(Model.Replace("varchar(80)", "varchar(90)", StringComparison.Ordinal)));
        Assert.NotEqual(with, Revision(Model.Replace("Ignore = true", "", StringComparison.Ordinal)));

        static string Revision(string source) => GeneratorRun.Of(source).Source("Customer.g.cs").Split('\n').Single(static line => line.Contains("Revision =", StringComparison.Ordinal));
    }
}
