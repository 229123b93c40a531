// Samples are followed into collections and nested models, and into what text stands for.
using TypedCdc.CodeFixes.Tests.Harness;
using TypedCdc.Decoding;

namespace TypedCdc.CodeFixes.Tests.Samples;

public sealed class NestedSampleTests
{
    private static string Model(string members, string types = "") => $$"""
        using System.Collections.Generic;
        {{types}}
        [CdcTable("customers")]
        public sealed partial record Customer
        {
            [PartitionKey("id")] public required long Id { get; init; }
            {{members}}
        }
        """;

    private static SampleText Items(params string[] attributes) =>
        new(string.Join("\n", attributes.Select(static (one, index) => $$$"""{"id":{"N":"1"}{{{(one.Length > 0 ? "," : "")}}}{{{one}}}}""")), "customers");

    [Theory]
    [InlineData("List<int>? A", """{"L":[{"N":"1"},{"N":"2"}]}""", null)]
    [InlineData("List<int>? A", """{"NS":["1","2"]}""", null)]
    [InlineData("List<int>? A", """{"L":[{"N":"1"},{"N":"2147483648"}]}""", "TCDC104 @ A: 'A' is 'List<int>?', but 1 of 2 values of the attribute 'A' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.")]
    [InlineData("HashSet<byte>? A", """{"NS":["1","256"]}""", "TCDC104 @ A: 'A' is 'HashSet<byte>?', but 1 of 2 values of the attribute 'A' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.")]
    [InlineData("List<string>? A", """{"L":[{"S":"a"},{"N":"1"},{"BOOL":true}]}""", "TCDC102 @ A: 'A' is 'List<string>?' and takes elements that are S, but in 1 of 1 item of the samples the attribute 'A' holds N or BOOL (first: customers.jsonl, line 1)")]
    [InlineData("List<string>? A", """{"L":[{"NULL":true}]}""", "TCDC102 @ A: 'A' is 'List<string>?' and takes elements that are S, but in 1 of 1 item of the samples the attribute 'A' holds NULL (first: customers.jsonl, line 1)")]
    [InlineData("List<string?>? A", """{"L":[{"NULL":true}]}""", null)]
    [InlineData("List<string>? A", """{"S":"a"}""", "TCDC102 @ A: 'A' is 'List<string>?' and takes L or SS, but in 1 of 1 item of the samples the attribute 'A' is S (first: customers.jsonl, line 1)")]
    [InlineData("Dictionary<string, List<short>>? A", """{"M":{"x":{"L":[{"N":"1"}]},"y":{"L":[{"N":"40000"}]}}}""", "TCDC104 @ A: 'A' is 'Dictionary<string, List<short>>?', but 1 of 2 values of the attribute 'A' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.")]
    [InlineData("System.Text.Json.JsonElement? A", """{"M":{"x":{"L":[{"N":"1E100"}]}}}""", null)]
    [InlineData("Guid? A", """{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"}""", null)]
    [InlineData("Guid? A", """{"S":"8"}""", "TCDC104 @ A: 'A' is 'Guid?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they are no UUIDs (first: customers.jsonl, line 1).")]
    [InlineData("char? A", """{"S":"ab"}""", "TCDC104 @ A: 'A' is 'char?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they are not one character (first: customers.jsonl, line 1).")]
    [InlineData("DateTimeOffset? A", """{"S":"2026-01-01T00:00:00.123Z"}""", null)]
    [InlineData("DateTimeOffset? A", """{"S":"31/12/2026"}""", "TCDC104 @ A: 'A' is 'DateTimeOffset?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they are not ISO 8601 (first: customers.jsonl, line 1).")]
    [InlineData("DayOfWeek? A", """{"S":"monday"}""", null)]
    [InlineData("DayOfWeek? A", """{"S":"Montag"}""", "TCDC104 @ A: 'A' is 'DayOfWeek?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they name no member of DayOfWeek (first: customers.jsonl, line 1).")]
    [InlineData("Half? A", """{"N":"70000"}""", "TCDC104 @ A: 'A' is 'Half?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.")]
    [InlineData("Int128? A", """{"N":"170141183460469231731687303715884105727"}""", null)]
    [InlineData("System.Numerics.BigInteger? A", """{"N":"0.5"}""", "TCDC104 @ A: 'A' is 'BigInteger?', but 1 of 1 values of the attribute 'A' in the samples do not fit: they have a fraction (first: customers.jsonl, line 1). 'decimal' holds them.")]
    [InlineData("DynamoDbNumber? A", """{"N":"9.9999999999999999999999999999999999999E+125"}""", null)]
    public async Task A_value_is_checked_as_the_member_reads_it(string member, string value, string? expected)
    {
        var messages = await SampleRun.MessagesAsync(Model($"public {member} {{ get; init; }}"), Items("\"A\":" + value));
        Assert.Equal(expected is null ? [] : [expected], messages);
    }

    [Theory]
    [InlineData("[UnixTime(UnixTimeUnit.Seconds)] public DateTimeOffset? A { get; init; }", "1667565639", false)]
    [InlineData("[UnixTime(UnixTimeUnit.Seconds)] public DateTimeOffset? A { get; init; }", "1667565639982", true)]
    [InlineData("[UnixTime(UnixTimeUnit.Milliseconds)] public DateTimeOffset? A { get; init; }", "1667565639982", false)]
    [InlineData("[UnixTime(UnixTimeUnit.Milliseconds)] public DateTime? A { get; init; }", "1667565639982000", true)]
    public async Task A_unix_time_in_another_unit_is_told(string member, string number, bool isTold)
    {
        var messages = await SampleRun.MessagesAsync(Model(member), Items($"\"A\":{{\"N\":\"{number}\"}}"));
        if (isTold)
        {
            Assert.EndsWith("they are no times of the years 1 to 9999 (first: customers.jsonl, line 1). Are they in another unit?", Assert.Single(messages), StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(messages);
        }
    }

    [Fact]
    public async Task An_enum_is_known_by_its_names_in_DynamoDB()
    {
        var model = Model("public State? A { get; init; }", "public enum State { New, [System.Runtime.Serialization.EnumMember(Value = \"in-transit\")] InTransit }");
        Assert.Empty(await SampleRun.MessagesAsync(model, Items("\"A\":{\"S\":\"in-transit\"}", "\"A\":{\"S\":\"New\"}")));
        Assert.Single(await SampleRun.MessagesAsync(model, Items("\"A\":{\"S\":\"in-transit\"}", "\"A\":{\"S\":\"gone\"}")));
    }

    private const string Address = "public sealed class Address { public string? Street { get; set; } public int Number { get; set; } public Address? Next { get; set; } }";

    [Fact]
    public async Task A_nested_model_is_followed()
    {
        var messages = await SampleRun.MessagesAsync(
            Model("public Address? Home { get; init; } public List<Address>? Others { get; init; }", Address),
            Items(
                """
                "Home":{"M":{"Street":{"S":"a"},"Number":{"N":"1"},"zip":{"S":"1"}}},"Others":{"L":[{"M":{"Street":{"N":"1"},"Number":{"N":"99999999999"}}}]}
                """.Trim(),
                """
                "Home":{"M":{"Street":{"S":"a"},"Next":{"M":{"Number":{"N":"1"},"city":{"S":"a"}}}}},"Others":{"L":[]}
                """.Trim()));
        Assert.Equal(
            [
                "TCDC101 @ Address: 'Address' has no member for attribute 'city', which is S in 1 of 4 maps",
                "TCDC101 @ Address: 'Address' has no member for attribute 'zip', which is S in 1 of 4 maps",
                "TCDC102 @ Street: 'Street' is 'string?' and takes S, but in 1 of 4 maps of the samples the attribute 'Street' is N (first: customers.jsonl, line 1)",
                "TCDC104 @ Number: 'Number' is 'int', but 1 of 3 values of the attribute 'Number' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.",
                "TCDC105 @ Number: 'Number' is not nullable, but in the samples the attribute 'Number' is absent from 1 of 4 maps (first: customers.jsonl, line 2): it silently becomes 0",
            ],
            messages);
    }

    [Fact]
    public async Task The_fix_adds_a_member_to_the_nested_model()
    {
        var sample = Items("\"Home\":{\"M\":{\"Street\":{\"S\":\"a\"},\"Number\":{\"N\":\"1\"},\"Next\":{\"M\":{\"Street\":{\"S\":\"a\"},\"Number\":{\"N\":\"1\"}}},\"zip\":{\"L\":[{\"N\":\"1\"}]}}}");
        var source = Model("public Address? Home { get; init; }", Address);
        var text = await FixRun.ApplyAsync(new MapAttributeFix(), source, [sample]);
        Assert.Equal(source.Replace("Address? Next { get; set; } }", "Address? Next { get; set; }\n    [CdcAttribute(\"zip\")] public List<long>? Zip { get; set; }\n}", StringComparison.Ordinal), text);
        await FixRun.ExpectFixedAsync(new MapAttributeFix(), text, sample);
    }

    [Fact]
    public async Task An_overflow_takes_what_no_member_maps_but_hides_nothing_else()
    {
        var model = Model("[CdcAttribute(\"n\")] public int? N { get; init; } [CdcOverflow] public Dictionary<string, System.Text.Json.JsonElement> Rest { get; init; } = [];");
        Assert.Empty(await SampleRun.MessagesAsync(model, Items("\"n\":{\"N\":\"1\"},\"x\":{\"S\":\"a\"}")));
        Assert.StartsWith("TCDC102 @ N: ", Assert.Single(await SampleRun.MessagesAsync(model, Items("\"n\":{\"S\":\"1\"},\"x\":{\"S\":\"a\"}"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_converter_is_left_to_itself()
    {
        var model = Model(
            "[CdcAttribute(\"n\"), CdcConverter(typeof(Kilo), Kinds = AttributeKind.N)] public int? N { get; init; }",
            """
            public sealed class Kilo : CdcConverter<int>
            {
                public override int Read(TypedCdc.Decoding.AttributeValueReader value) => 0;
                public override void Write(System.Text.Json.Utf8JsonWriter writer, int value) { }
            }
            """);
        Assert.Empty(await SampleRun.MessagesAsync(model, Items("\"n\":{\"N\":\"1E9\"}", "\"n\":{\"N\":\"1E20\"}")));

        // But for the kinds: what it does not take never reaches it.
        Assert.StartsWith("TCDC102 @ N: 'N' is 'int?' and takes N, but", Assert.Single(await SampleRun.MessagesAsync(model, Items("\"n\":{\"S\":\"1\"}"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_discriminator_gives_each_model_its_own_items()
    {
        const string Source = """
            [CdcTable("app", Discriminator = "type", DiscriminatorValue = "order")]
            public sealed partial record Order([PartitionKey("pk")] string Pk, [CdcAttribute("total")] decimal Total);

            [CdcTable("app", Discriminator = "type", DiscriminatorValue = "user")]
            public sealed partial record User([PartitionKey("pk")] string Pk, [CdcAttribute("name")] string Name);
            """;
        const string Text = """
            {"pk":{"S":"1"},"type":{"S":"order"},"total":{"N":"1"}}
            {"pk":{"S":"2"},"type":{"S":"user"},"name":{"S":"a"}}
            """;
        Assert.Empty(await SampleRun.MessagesAsync(Source, new SampleText(Text, "app")));
        Assert.Equal(
            ["TCDC105 @ Name: 'Name' is not nullable, but in the samples the attribute 'name' is absent from 1 of 1 item (first: customers.jsonl, line 2): such items fail to decode"],
            (await SampleRun.MessagesAsync(Source, new SampleText(Text.Replace(",\"name\":{\"S\":\"a\"}", "", StringComparison.Ordinal), "app"))));
    }

    [Fact]
    public async Task A_model_that_is_not_ours_is_checked_where_it_is_declared()
    {
        const string Source = """
            public sealed class Customer
            {
                public long Id { get; set; }
                public string? FirstName { get; set; }
                public int? Age { get; set; }
            }

            [CdcModel(typeof(Customer), "customers", PartitionKey = "Id", Naming = NamingPolicy.CamelCase)]
            public static partial class AppModels;
            """;
        var samples = new SampleText("""{"id":{"N":"1"},"firstName":{"S":"a"},"age":{"N":"99999999999"},"lastName":{"S":"b"}}""", "customers");
        Assert.Equal(
            [
                "TCDC101 @ Customer: 'Customer' has no member for attribute 'lastName', which is S in 1 of 1 item",
                "TCDC104 @ Age: 'Age' is 'int?', but 1 of 1 values of the attribute 'age' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them.",
            ],
            await SampleRun.MessagesAsync(Source, samples));
        var text = await FixRun.ApplyAsync(new MapAttributeFix(), Source, [samples]);
        Assert.Equal(Source.Replace("public int? Age { get; set; }", "public int? Age { get; set; }\n    public string? LastName { get; set; }", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task A_model_from_another_assembly_is_told_of_at_its_annotation_and_has_no_fix()
    {
        // A class of the product stands for any other: it has public members and a constructor without parameters.
        const string Source = """
            [CdcModel(typeof(TypedCdc.CdcRecordOptions), "customers", PartitionKey = "TableName")]
            public static partial class AppModels;
            """;
        var diagnostics = await SampleRun.DiagnosticsAsync(Source, new SampleText("""{"TableName":{"S":"1"},"other":{"S":"a"}}""", "customers"));
        var unmapped = Assert.Single(diagnostics, static one => one.Id == "TCDC101");
        Assert.Equal("typeof(TypedCdc.CdcRecordOptions)", unmapped.Location.SourceTree!.ToString().Substring(unmapped.Location.SourceSpan.Start, 33));
        Assert.Empty(unmapped.Properties);
    }

    [Fact]
    public async Task A_class_annotated_for_the_AWS_SDK_is_checked_by_those_annotations()
    {
        const string Source = """
            [CdcTable("customers"), Amazon.DynamoDBv2.DataModel.DynamoDBTable("customers")]
            public sealed partial class Customer
            {
                [Amazon.DynamoDBv2.DataModel.DynamoDBHashKey("id")] public long Id { get; set; }
                [Amazon.DynamoDBv2.DataModel.DynamoDBProperty("e-mail")] public string? Email { get; set; }
            }

            namespace Amazon.DynamoDBv2.DataModel
            {
                public sealed class DynamoDBTableAttribute(string tableName) : Attribute { public string TableName => tableName; }
                public class DynamoDBRenamableAttribute(string? attributeName = null) : Attribute { public string? AttributeName => attributeName; }
                public class DynamoDBPropertyAttribute(string? attributeName = null) : DynamoDBRenamableAttribute(attributeName);
                public sealed class DynamoDBHashKeyAttribute(string? attributeName = null) : DynamoDBPropertyAttribute(attributeName);
            }
            """;
        Assert.Empty(await SampleRun.MessagesAsync(Source, new SampleText("""{"id":{"N":"1"},"e-mail":{"S":"a"}}""", "customers")));
        Assert.StartsWith("TCDC102 @ Email: ", Assert.Single(await SampleRun.MessagesAsync(Source, new SampleText("""{"id":{"N":"1"},"e-mail":{"N":"1"}}""", "customers"))), StringComparison.Ordinal);
    }
}
