using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests.Snapshots;

/// <summary>The main shapes, as people will read them.</summary>
public sealed class SnapshotTests
{
    private static void Verify(string source, string file, [System.Runtime.CompilerServices.CallerMemberName] string method = "") =>
        Snapshot.Verify(MarkedSource.ExpectNone(source).Source(file), typeof(SnapshotTests), method);

    private const string Customer = """
        namespace Shop;

        [CdcTable("customers")]
        public sealed partial record Customer
        {
            [PartitionKey("userid")] public required long UserId { get; init; }
            [CdcAttribute("first_name")] public string? FirstName { get; init; }
            [CdcAttribute("last_name")] public string? LastName { get; init; }
            [CdcAttribute("phone")] public long? Phone { get; init; }
        }
        """;

    [Fact]
    public void Record() => Verify(Customer, "Customer.g.cs");

    [Fact]
    public void RecordSql() => Verify(Customer, "Customer.Sql.g.cs");

    [Fact]
    public void RecordView() => Verify(Customer, "Customer.View.g.cs");

    [Fact]
    public void A_model_of_ten_attributes_is_short_enough_to_read()
    {
        var members = string.Concat(Enumerable.Range(1, 9).Select(static i => $"public long? Member{i.ToString(System.Globalization.CultureInfo.InvariantCulture)} {{ get; init; }}\n"));
        var run = MarkedSource.ExpectNone("[CdcTable(\"ten\")] public partial record Ten { [PartitionKey] public required string Id { get; init; }\n" + members + "}");
        Assert.InRange(run.Source("Ten.g.cs").Split('\n').Length, 1, 250);
        Assert.InRange(run.Source("Ten.View.g.cs").Split('\n').Length, 1, 100);
    }

    [Fact]
    public void PositionalRecordStruct() => Verify(
        """
        namespace Shop;

        [CdcTable("readings", Naming = NamingPolicy.SnakeCase)]
        public readonly partial record struct Reading([PartitionKey] string Device, [SortKey] DateTimeOffset TakenAt, decimal? HumidityPercent, int Retries = 3);
        """,
        "Reading.g.cs");

    [Fact]
    public void ClassWithInitializers() => Verify(
        """
        namespace Shop;

        public enum State { New, Paid }

        [CdcTable("orders", Naming = NamingPolicy.CamelCase, SqlName = "order_states", SqlSchema = "shop")]
        public sealed partial class Order
        {
            [PartitionKey] public Guid Id { get; private set; }
            public State State { get; init; } = State.New;
            public string Note { get; set; } = "";
            [CdcAttribute("hidden")] private int _hidden = 5;
            public int Hidden => _hidden;
        }
        """,
        "Order.g.cs");

    [Fact]
    public void Nested() => Verify(
        """
        namespace Shop;

        public static partial class Models
        {
            internal partial interface IGroup
            {
                [CdcTable("nested")]
                public sealed partial class @class([PartitionKey("a \"b\" \\ ☃")] byte[] @event)
                {
                    public byte[] Event { get; } = @event;
                }
            }
        }
        """,
        "class.g.cs");

    [Fact]
    public void CollectionsAndNestedModels() => Verify(
        """
        namespace Shop;

        public enum State { New, [System.Runtime.Serialization.EnumMember(Value = "in transit")] InTransit }

        public sealed record Line(string Product, decimal Price) { public int Quantity { get; init; } = 1; }

        [CdcTable("orders", Naming = NamingPolicy.CamelCase)]
        public sealed partial record Order([PartitionKey] Guid Id)
        {
            public State State { get; init; }
            public System.Collections.Generic.List<Line> Lines { get; init; } = [];
            public System.Collections.Generic.HashSet<string>? Tags { get; init; }
            [UnixTime] public DateTimeOffset? ExpiresAt { get; init; }
            [CdcOverflow] public System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>? Rest { get; init; }
        }
        """,
        "Order.g.cs");

    [Fact]
    public void NamesTaken()
    {
        var run = GeneratorRun.Of(
            """
            [CdcTable("clashing")]
            public sealed partial record Clashing([PartitionKey] string Key, string? Schema, string? CdcSchema, string? Attributes, string? Sql);
            """);
        Assert.Empty(run.CompilerDiagnostics);
        Snapshot.Verify(run.Source("Clashing.g.cs"), typeof(SnapshotTests));
    }

    private const string AwsSdk = """
        namespace Amazon.DynamoDBv2.Model
        {
            public class AttributeValue
            {
                public string? S { get; set; }
                public string? N { get; set; }
                public System.IO.MemoryStream? B { get; set; }
                public bool? BOOL { get; set; }
                public bool IsBOOLSet { get; set; }
                public bool? NULL { get; set; }
                public System.Collections.Generic.Dictionary<string, AttributeValue> M { get; set; } = [];
                public bool IsMSet { get; set; }
                public System.Collections.Generic.List<AttributeValue> L { get; set; } = [];
                public bool IsLSet { get; set; }
                public System.Collections.Generic.List<string> SS { get; set; } = [];
                public bool IsSSSet { get; set; }
                public System.Collections.Generic.List<string> NS { get; set; } = [];
                public bool IsNSSet { get; set; }
                public System.Collections.Generic.List<System.IO.MemoryStream> BS { get; set; } = [];
                public bool IsBSSet { get; set; }
            }
        }
        """;

    [Fact]
    public void AttributeMap() => Verify("namespace Shop {" + Customer.Replace("namespace Shop;", "", StringComparison.Ordinal) + "}\n" + AwsSdk, "Customer.AttributeMap.g.cs");

    [Fact]
    public void AttributeMapConverter() => Verify("namespace Shop {" + Customer.Replace("namespace Shop;", "", StringComparison.Ordinal) + "}\n" + AwsSdk, "TypedCdc.AttributeMaps.g.cs");

    [Fact]
    public void Attribute_maps_come_with_the_SDK_only()
    {
        const string Taken = "[CdcTable(\"taken\")] public sealed partial record T([PartitionKey] string Id) { public void ToAttributeMap() { } }\n";
        var without = MarkedSource.ExpectNone(Taken);
        Assert.DoesNotContain(without.Result.GeneratedSources, static source => source.HintName.Contains("AttributeMap", StringComparison.Ordinal));
        var with = GeneratorRun.Of(Taken + AwsSdk);
        Assert.Equal("TCDC007", Assert.Single(with.Diagnostics).Id);
        Assert.Empty(with.CompilerDiagnostics);
        Assert.Contains("CdcToAttributeMap()", with.Source("T.AttributeMap.g.cs"), StringComparison.Ordinal);
        Assert.DoesNotContain(GeneratorRun.Of(AwsSdk).Result.GeneratedSources, static _ => true);
    }

    [Fact]
    public void A_missing_or_different_file_fails_and_leaves_what_was_received()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Assert.ThrowsAny<Exception>(() => Snapshot.Verify("text", path, accept: false));
            Assert.Equal("text", File.ReadAllText(path + ".received.cs"));
            Snapshot.Verify("text", path, accept: true);
            Snapshot.Verify("text", path, accept: false);
            Assert.False(File.Exists(path + ".received.cs"));
            Assert.ThrowsAny<Exception>(() => Snapshot.Verify("other", path, accept: false));
        }
        finally
        {
            File.Delete(path + ".verified.cs");
            File.Delete(path + ".received.cs");
        }
    }
}
