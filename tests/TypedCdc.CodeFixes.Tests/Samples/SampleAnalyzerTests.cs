// Each rule of the samples: what it says, where, and what it must keep quiet about.
using Microsoft.CodeAnalysis;
using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Samples;

public sealed class SampleAnalyzerTests
{
    private const string Customer = """
        [CdcTable("customers")]
        public sealed partial record Customer
        {
            [PartitionKey("id")] public required long Id { get; init; }
            [CdcAttribute("name")] public string? Name { get; init; }
        }
        """;

    private static string Model(string members, string table = "\"customers\"") => $$"""
        [CdcTable({{table}})]
        public sealed partial record Customer
        {
            [PartitionKey("id")] public required long Id { get; init; }
            {{members}}
        }
        """;

    private static SampleText Items(params string[] items) => new(string.Join("\n", items), "customers");

    [Fact]
    public async Task Samples_that_fit_are_quiet()
    {
        var record = """{"eventName":"MODIFY","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1,"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"name":{"S":"a"}},"OldImage":{"id":{"N":"1"}}}}""";
        Assert.Empty(await SampleRun.MessagesAsync(Customer, new SampleText(record)));
    }

    [Fact]
    public async Task Without_samples_nothing_is_done()
    {
        Assert.Empty(await SampleRun.MessagesAsync(Customer));
        Assert.Empty(await SampleRun.MessagesAsync(Customer, new SampleText("not a sample", isMarked: false)));
    }

    [Fact]
    public async Task An_attribute_without_member_is_told_once_at_the_model_with_its_kinds()
    {
        var messages = await SampleRun.MessagesAsync(Customer, Items(
            """{"id":{"N":"1"},"name":{"S":"a"},"e-mail":{"S":"x"}}""",
            """{"id":{"N":"2"},"name":{"S":"a"},"e-mail":{"N":"1"}}""",
            """{"id":{"N":"3"},"name":{"S":"a"}}"""));
        Assert.Equal(["TCDC101 @ Customer: 'Customer' has no member for attribute 'e-mail', which is S or N in 2 of 3 items"], messages);
    }

    [Theory]
    [InlineData("first_name", "S\":\"a", "FirstName", "string", "Exact", false)]
    [InlineData("first_name", "S\":\"a", "FirstName", "string", "SnakeCase", true)]
    [InlineData("firstName", "N\":\"12", "FirstName", "long", "CamelCase", true)]
    [InlineData("Key", "N\":\"1.5", "KeyValue", "decimal", "Exact", false)]
    [InlineData("FIRST-NAME", "N\":\"12345678901234567890123456789012345678", "FirstName", "global::TypedCdc.DynamoDbNumber", "Exact", false)]
    [InlineData("1st", "B\":\"AA==", "Attribute1st", "byte[]", "Exact", false)]
    [InlineData("Größe", "S\":\"", "Größe", "string", "Exact", true)]
    [InlineData("id", "S\":\"", null, null, "Exact", false)]
    public async Task The_fix_is_told_name_and_type(string attribute, string value, string? member, string? type, string naming, bool isNamedByPolicy)
    {
        var source = Model("public long Name { get; init; } = 1;", $"\"customers\", Naming = NamingPolicy.{naming}");
        var item = $$$"""{"id":{"N":"1"},"Name":{"N":"1"},"name":{"N":"1"},"{{{attribute}}}":{"{{{value}}}"}}""";
        if (member is null)
        {
            // The same attribute twice is no item at all.
            Assert.Contains("has the attribute 'id' twice", Assert.Single(await SampleRun.MessagesAsync(source, Items(item)), static one => one.StartsWith("TCDC106", StringComparison.Ordinal)), StringComparison.Ordinal);
            return;
        }

        var diagnostic = (await SampleRun.DiagnosticsAsync(source, Items(item))).Single(one => one.Properties.TryGetValue("AttributeName", out var name) && name == attribute);
        Assert.Equal(member, diagnostic.Properties["MemberName"]);
        Assert.Equal(type, diagnostic.Properties["MemberType"]);
        Assert.Equal(isNamedByPolicy ? "true" : "false", diagnostic.Properties["IsNamedByPolicy"]);
    }

    [Fact]
    public async Task A_wrong_type_is_told_at_the_member()
    {
        var messages = await SampleRun.MessagesAsync(Customer, Items(
            """{"id":{"N":"1"},"name":{"S":"a"}}""",
            """{"id":{"N":"2"},"name":{"N":"1"}}""",
            """{"id":{"S":"3"},"name":{"NULL":true}}"""));
        Assert.Equal(
            [
                "TCDC102 @ Id: 'Id' is 'long' and takes N, but in 1 of 3 items of the samples the attribute 'id' is S (first: customers.jsonl, line 3)",
                "TCDC102 @ Name: 'Name' is 'string?' and takes S, but in 1 of 3 items of the samples the attribute 'name' is N (first: customers.jsonl, line 2)",
            ],
            messages);
    }

    [Fact]
    public async Task A_member_that_never_occurs_is_told()
    {
        var messages = await SampleRun.MessagesAsync(Model("public string? Name { get; init; }"), Items("""{"id":{"N":"1"}}""", """{"id":{"N":"2"}}"""));
        Assert.Equal(["TCDC103 @ Name: 'Name' is mapped to attribute 'Name', which none of 2 items in the samples has"], messages);
    }

    [Theory]
    [InlineData("int", "2147483647", null)]
    [InlineData("int", "2147483648", "they are out of its range")]
    [InlineData("int", "-2147483649", "they are out of its range")]
    [InlineData("int?", "2147483648", "they are out of its range")]
    [InlineData("int", "12.0", null)]
    [InlineData("int", "1E2", null)]
    [InlineData("int", "12.5", "they have a fraction")]
    [InlineData("byte", "256", "they are out of its range")]
    [InlineData("ulong", "-1", "they are out of its range")]
    [InlineData("long", "9223372036854775807", null)]
    [InlineData("long", "9223372036854775808", "they are out of its range")]
    [InlineData("decimal", "79228162514264337593543950335", null)]
    [InlineData("decimal", "79228162514264337593543950336", "a decimal does not hold all their digits")]
    [InlineData("decimal", "0.0000000000000000000000000001", null)]
    [InlineData("decimal", "1E-29", "a decimal does not hold all their digits")]
    [InlineData("decimal", "1.50", null)]
    [InlineData("decimal", "9.99E+125", "a decimal does not hold all their digits")]
    [InlineData("double", "9.99E+125", null)]
    [InlineData("float", "3.4028235E38", null)]
    [InlineData("float", "3.5E38", "they are out of its range")]
    public async Task Numbers_that_a_type_does_not_hold_are_told(string type, string number, string? fault)
    {
        var messages = await SampleRun.MessagesAsync(
            Model($"[CdcAttribute(\"n\")] public required {type} Count {{ get; init; }}"), Items("""{"id":{"N":"1"},"n":{"N":"1"}}""", $$$"""{"id":{"N":"2"},"n":{"N":"{{{number}}}"}}"""));
        if (fault is null)
        {
            Assert.Empty(messages);
        }
        else
        {
            Assert.StartsWith($"TCDC104 @ Count: 'Count' is '{type}', but 1 of 2 values of the attribute 'n' in the samples do not fit: {fault} (first: customers.jsonl, line 2). '", Assert.Single(messages), StringComparison.Ordinal);
            Assert.DoesNotContain(number, messages[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_overflow_names_a_type_that_holds_all_values()
    {
        var messages = await SampleRun.MessagesAsync(
            Model("[CdcAttribute(\"phone\")] public int? Phone { get; init; }"), Items("""{"id":{"N":"1"},"phone":{"N":"493012345678"}}"""));
        Assert.Equal(
            ["TCDC104 @ Phone: 'Phone' is 'int?', but 1 of 1 values of the attribute 'phone' in the samples do not fit: they are out of its range (first: customers.jsonl, line 1). 'long' holds them."],
            messages);
    }

    [Theory]
    [InlineData("public required string Name { get; init; }", "absent from 1 of 3 items (first: customers.jsonl, line 2): such items fail to decode")]
    [InlineData("public int Name { get; init; }", "absent from 1 of 3 items (first: customers.jsonl, line 2): it silently becomes 0")]
    [InlineData("public bool Name { get; init; }", "absent from 1 of 3 items (first: customers.jsonl, line 2): it silently becomes false")]
    [InlineData("public int Name { get; init; } = 3;", null)]
    [InlineData("public int? Name { get; init; }", null)]
    [InlineData("public string? Name { get; init; }", null)]
    [InlineData("public string Name { get; init; } = \"\";", null)]
    public async Task A_member_that_cannot_be_absent_is_told_where_items_miss_it(string member, string? end)
    {
        var value = member.Contains("string", StringComparison.Ordinal) ? """{"S":"a"}""" : member.Contains("bool", StringComparison.Ordinal) ? """{"BOOL":true}""" : """{"N":"1"}""";
        var item = $$$"""{"id":{"N":"1"},"Name":{{{value}}}}""";
        var messages = await SampleRun.MessagesAsync(Model(member), Items(item, """{"id":{"N":"2"}}""", item));
        Assert.Equal(end is null ? [] : ["TCDC105 @ Name: 'Name' is not nullable, but in the samples the attribute 'Name' is " + end], messages);
    }

    [Fact]
    public async Task Null_on_a_member_that_is_not_nullable_is_told_even_with_an_initializer()
    {
        var messages = await SampleRun.MessagesAsync(
            Model("public int Name { get; init; } = 3;"), Items("""{"id":{"N":"1"},"Name":{"N":"1"}}""", """{"id":{"N":"2"},"Name":{"NULL":true}}"""));
        Assert.Equal(["TCDC105 @ Name: 'Name' is not nullable, but in the samples the attribute 'Name' is NULL in 1 of 2 items (first: customers.jsonl, line 2): such items fail to decode"], messages);
    }

    [Fact]
    public async Task A_positional_record_is_told_at_its_parameter()
    {
        var messages = await SampleRun.MessagesAsync(
            """[CdcTable("customers")] public sealed partial record Customer([PartitionKey("id")] long Id, [CdcAttribute("age")] int Age, [CdcAttribute("tier")] int Tier = 1);""",
            Items("""{"id":{"N":"1"},"age":{"N":"1"},"tier":{"N":"1"}}""", """{"id":{"N":"2"}}"""));
        var message = Assert.Single(messages);
        Assert.StartsWith("TCDC105 @ Age: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_line_is_told_at_its_line_and_costs_no_other()
    {
        var messages = await SampleRun.MessagesAsync(Customer, Items(
            """{"id":{"N":"1"},"name":{"S":"a"}}""",
            """{"id":{"N":"1"},"name":{"S":"a"}""",
            """{"id":1}""",
            """{"id":{"N":"one"}}""",
            """{"id":{"N":"1"},"name":{"S":"a"},"x":{"S":"a"}}"""));
        Assert.Equal(
            [
                "TCDC101 @ Customer: 'Customer' has no member for attribute 'x', which is S in 1 of 2 items",
                "TCDC106 @ customers.jsonl(2,32): The sample record is skipped, because it has an unexpected '{'",
                "TCDC106 @ customers.jsonl(3,7): The sample record is skipped, because it has an attribute that is not an object with one type, such as {\"S\":\"…\"}",
                "TCDC106 @ customers.jsonl(4,7): The sample record is skipped, because it has an attribute value with the type 'N' and a content that does not go with it",
            ],
            messages);
    }

    [Fact]
    public async Task Reading_stops_after_1000_records_and_says_so()
    {
        var lines = Enumerable.Repeat("""{"id":{"N":"1"},"name":{"S":"a"}}""", 1000).ToList();
        Assert.Empty(await SampleRun.MessagesAsync(Customer, Items([.. lines])));

        lines.Add("""{"id":{"N":"1"},"unseen":{"S":"a"}}""");
        var diagnostic = Assert.Single(await SampleRun.DiagnosticsAsync(Customer, Items([.. lines])));
        Assert.Equal(("TCDC107", DiagnosticSeverity.Info, 1000), (diagnostic.Id, diagnostic.Severity, diagnostic.Location.GetLineSpan().StartLinePosition.Line));
        Assert.Contains("after 1000 records", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_stops_after_a_megabyte_and_never_begins_above_eight()
    {
        var name = new string('a', 100_000);
        string[] lines = [.. Enumerable.Repeat($$$"""{"id":{"N":"1"},"name":{"S":"{{{name}}}"}}""", 12)];
        Assert.Equal("TCDC107", Assert.Single(await SampleRun.DiagnosticsAsync(Customer, Items(lines))).Id);

        string[] many = [.. Enumerable.Repeat(lines[0], 84)];
        Assert.StartsWith("TCDC100 @ customers.jsonl(1,1): ", Assert.Single(await SampleRun.MessagesAsync(Customer, Items(many))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_something_else_is_given_up()
    {
        var messages = await SampleRun.MessagesAsync(Customer, Items([.. Enumerable.Repeat("{nonsense", 50)]));
        Assert.Equal(10, messages.Count(static message => message.StartsWith("TCDC106", StringComparison.Ordinal)));
        Assert.Single(messages, static message => message.StartsWith("TCDC107", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, """{"id":{"N":"1"}}""", "its records name no table; give <CdcSample> a Table")]
    [InlineData("other", """{"id":{"N":"1"}}""", "none has the table 'other'; give <CdcSample> the Table of a [CdcTable]")]
    [InlineData(null, """{"tableName":"other","dynamodb":{"Keys":{"id":{"N":"1"}}}}""", "none has the table 'other'; give <CdcSample> the Table of a [CdcTable]")]
    [InlineData("customers", "", "it has no records")]
    public async Task A_sample_without_a_model_is_told(string? table, string text, string reason)
    {
        Assert.Equal([$"TCDC108 @ customers.jsonl(1,1): No model of this project matches this sample file: {reason}"], await SampleRun.MessagesAsync(Customer, new SampleText(text, table)));
    }

    [Fact]
    public async Task One_stream_carries_many_tables_and_each_record_goes_to_its_model()
    {
        var sample = new SampleText(
            """
            {"tableName":"other","dynamodb":{"Keys":{"k":{"N":"1"}},"NewImage":{"k":{"N":"1"}}}}
            {"tableName":"customers","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"name":{"S":"a"}}}}
            """);
        Assert.Empty(await SampleRun.MessagesAsync(Customer, sample));
    }

    [Fact]
    public async Task The_table_of_the_project_goes_before_that_of_the_record()
    {
        var sample = new SampleText("""{"tableName":"prod-customers","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"name":{"N":"1"}}}}""", "customers");
        Assert.StartsWith("TCDC102 @ Name: ", Assert.Single(await SampleRun.MessagesAsync(Customer, sample)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_is_told_at_the_model()
    {
        var sample = new SampleText("""{"tableName":"customers","dynamodb":{"Keys":{"id":{"N":"1"},"name":{"S":"a"}},"NewImage":{"id":{"N":"1"},"name":{"S":"a"}}}}""");
        Assert.Equal(
            ["TCDC109 @ Customer: The key of 'Customer' is 'id', but in the samples the key of its table is 'id' and 'name' (first: customers.jsonl, line 1)"],
            await SampleRun.MessagesAsync(Customer, sample));
    }

    [Fact]
    public async Task Several_files_are_one_set_of_samples()
    {
        var model = Model("""[CdcAttribute("a")] public int? A { get; init; } [CdcAttribute("b")] public int? B { get; init; }""");
        Assert.Empty(await SampleRun.MessagesAsync(
            model, new SampleText("""{"id":{"N":"1"},"a":{"N":"1"}}""", "customers", "one.jsonl"), new SampleText("""{"id":{"N":"1"},"b":{"N":"1"}}""", "customers", "two.jsonl")));
    }

    [Fact]
    public async Task A_warning_can_be_silenced_where_it_stands()
    {
        var source = Model("""
            #pragma warning disable TCDC103
                public string? Name { get; init; }
            #pragma warning restore TCDC103
            """);
        Assert.Empty((await SampleRun.DiagnosticsAsync(source, Items("""{"id":{"N":"1"}}"""))).Where(static one => !one.IsSuppressed));
    }
}
