using Microsoft.CodeAnalysis;
using TypedCdc.Decoding;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

/// <summary>Each mistake gives its diagnostic at its place; what is next to a mistake and right gives none.</summary>
public sealed class DiagnosticTests
{
    private static void Error(string id, string marked) => MarkedSource.Expect(id, DiagnosticSeverity.Error, marked);

    private static void Warning(string id, string marked) => MarkedSource.Expect(id, DiagnosticSeverity.Warning, marked);

    [Theory]
    [InlineData("[CdcTable(\"one\")] public sealed class [|One|] { [PartitionKey] public long Id { get; set; } }")]
    [InlineData("public class [|Outer|] { [CdcTable(\"one\")] public partial record One([PartitionKey] long Id); }")]
    [InlineData("public class [|Outer|] { [CdcTable(\"one\")] public record [|One|]([PartitionKey] long Id); }")]
    public void TCDC001_not_partial(string marked) => Error("TCDC001", marked);

    [Fact]
    public void TCDC001_a_partial_type_in_several_files_is_right() => MarkedSource.ExpectNone(
        "public static partial class Outer { [CdcTable(\"one\")] public partial record One([PartitionKey] long Id); } static partial class Outer { partial record One { public int More { get; init; } } }");

    [Theory]
    [InlineData("[CdcTable(\"one\")] public partial record [|One|](long Id);")]
    [InlineData("[CdcTable(\"one\")] public partial record [|One|]([SortKey] long Id);")]
    [InlineData("[CdcTable(\"one\")] public partial record [|One|] { [PartitionKey, CdcIgnore] public long Id { get; set; } public int Two { get; set; } }")]
    public void TCDC002_no_partition_key(string marked) => Error("TCDC002", marked);

    [Theory]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [PartitionKey] long [|Other|]);")]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [SortKey] long A, [SortKey] long [|B|], [SortKey] long [|C|]);")]
    public void TCDC003_two_keys_of_one_kind(string marked) => Error("TCDC003", marked);

    [Theory]
    [InlineData("bool")]
    public void TCDC004_key_type(string type)
    {
        Error("TCDC004", $"[CdcTable(\"one\")] public partial record One([PartitionKey] {type} [|Id|]);");
        Error("TCDC004", $"[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [SortKey] {type} [|Sort|]);");
    }

    [Theory]
    [InlineData("string")]
    [InlineData("Guid")]
    [InlineData("DateTimeOffset")]
    [InlineData("DayOfWeek")]
    [InlineData("sbyte")]
    [InlineData("ulong")]
    [InlineData("decimal")]
    [InlineData("byte[]")]
    [InlineData("long?")]
    [InlineData("string?")]
    public void TCDC004_types_that_can_be_a_key(string type) => MarkedSource.ExpectNone(
        $"[CdcTable(\"one\")] public partial class One {{ [PartitionKey] public required {type} Id {{ get; set; }} [SortKey] public required {type} Sort {{ get; set; }} }}");

    [Theory]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey(\"a\")] long Id, [CdcAttribute(\"a\")] long [|Other|]);")]
    [InlineData("[CdcTable(\"one\", Naming = NamingPolicy.SnakeCase)] public partial record One([PartitionKey] long UserId, [CdcAttribute(\"user_id\")] long [|Other|]);")]
    public void TCDC005_attribute_clash(string marked) => Error("TCDC005", marked);

    [Theory]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, long [|ID|]);")]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey(\"a-b\")] long Id, [CdcAttribute(\"a b\")] long [|Other|]);")]
    [InlineData("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [CdcAttribute(\"CDC_VER\")] long [|Other|]);")]
    public void TCDC006_column_clash(string marked) => Error("TCDC006", marked);

    [Fact]
    public void TCDC006_a_column_of_another_name_is_right() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [CdcColumn(\"id_two\")] long ID);");

    [Theory]
    [InlineData("Key")]
    [InlineData("Schema")]
    [InlineData("Attributes")]
    [InlineData("Sql")]
    [InlineData("View")]
    public void TCDC007_name_taken(string name)
    {
        var found = MarkedSource.Expect("TCDC007", DiagnosticSeverity.Info, $"[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, string? [|{name}|]);");
        Assert.Contains($"'Cdc{name}'", found.Single().GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("object")]
    [InlineData("Action")]
    [InlineData("nint")]
    [InlineData("int[,]")]
    public void TCDC008_unsupported_type(string type) => Error("TCDC008", $"[CdcTable(\"one\")] public partial record One([PartitionKey] long Id) {{ public {type}? [|Other|] {{ get; init; }} }}");

    [Fact]
    public void TCDC008_an_unknown_type_is_left_to_the_compiler() =>
        Assert.Empty(GeneratorRun.Of("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id) { public Missing? Other { get; init; } }").Diagnostics);

    [Theory]
    [InlineData("public string [|Name|] { get; init; }")]
    [InlineData("public byte[] [|Name|] { get; set; }")]
    public void TCDC009_nothing_fills(string member) =>
        Warning("TCDC009", "#pragma warning disable CS8618\n[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Theory]
    [InlineData("public required string Name { get; init; }")]
    [InlineData("public string? Name { get; init; }")]
    [InlineData("public string Name { get; init; } = \"\";")]
    [InlineData("public string Name { get; init; } = null!;")]
    [InlineData("public One() { Name = \"\"; } public string Name { get; init; }")]
    [InlineData("public One() { (Name, _) = (\"\", 1); } public string Name { get; init; }")]
    [InlineData("public One() { Set(); } private void Set() => Name = \"\"; public string Name { get; set; } = null!;")]
    [InlineData("public One(string name) { Name = name; } public string Name { get; init; }")]
    [InlineData("public int Number { get; init; }")]
    [InlineData("\n#nullable disable\npublic string Name { get; init; }\n#nullable restore\n")]
    [InlineData("public string Name { get => field ??= \"\"; init; }")]
    public void TCDC009_something_fills(string member) =>
        MarkedSource.ExpectNone("[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Fact]
    public void TCDC010_sql_name_too_long()
    {
        var name = new string('x', 64);
        Error("TCDC010", $"[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [CdcAttribute(\"{name}\")] long [|Other|]);");
        Error("TCDC010", $"[CdcTable([|\"{name}\"|])] public partial record One([PartitionKey] long Id);");
        Error("TCDC010", $"[CdcTable(\"one\", [|SqlName = \"{name}\"|])] public partial record One([PartitionKey] long Id);");
    }

    [Fact]
    public void TCDC010_names_that_just_fit() => MarkedSource.ExpectNone(
        $"[CdcTable(\"{new string('x', 58)}\")] public partial record One([PartitionKey] long Id, [CdcAttribute(\"{new string('y', 63)}\")] long Other);");

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("two words")]
    [InlineData("münchen")]
    public void TCDC011_table_name(string name) => Error("TCDC011", $"[CdcTable([|\"{name}\"|])] public partial record One([PartitionKey] long Id);");

    [Fact]
    public void TCDC011_names_that_DynamoDB_takes() => MarkedSource.ExpectNone("[CdcTable(\"A-z_0.9\")] public partial record One([PartitionKey] long Id);");

    [Theory]
    [InlineData("public string? [|Name|] { get; }")]
    [InlineData("[CdcAttribute(\"name\")] public string [|Name|] => \"\";")]
    [InlineData("[CdcAttribute(\"name\")] public readonly int [|Name|];")]
    public void TCDC012_unreachable(string member) =>
        Warning("TCDC012", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Theory]
    [InlineData("public string Name => \"\";")]
    [InlineData("public string Name { get; } = \"\";")]
    [InlineData("public Guid Instance { get; } = Guid.NewGuid();")]
    [InlineData("public One() => Name = \"\"; public string Name { get; }")]
    [InlineData("public One(string? name) => Name = name; public string? Name { get; }")]
    [InlineData("[CdcIgnore] public string? Name { get; }")]
    [InlineData("public static string? Name { get; }")]
    [InlineData("private string? Name { get; }")]
    [InlineData("public string this[int index] => \"\";")]
    public void TCDC012_reachable_or_not_meant(string member) =>
        MarkedSource.ExpectNone("[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Theory]
    [InlineData("public One(long id, string other) { }")]
    [InlineData("public One(long id, ref int name) { }")]
    [InlineData("public One(string id) { }")]
    [InlineData("public One(long id) { } public One(int one, long id) { }")]
    public void TCDC013_no_constructor(string member) =>
        Error("TCDC013", "[CdcTable(\"one\")] public partial class [|One|] { [PartitionKey] public long Id { get; set; } public int Name { get; set; } " + member + " }");

    [Theory]
    [InlineData("public One(long id, string? log = null) { }")]
    [InlineData("private One() { }")]
    [InlineData("public One() { } public One(long id) { }")]
    [InlineData("public One(object? log) { } private One(long id) { } public One() { }")]
    public void TCDC013_a_constructor_fits(string member) =>
        MarkedSource.ExpectNone("[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Theory]
    [InlineData("[CdcTable(\"one\")] public partial record [|One|]<T>([PartitionKey] long Id);")]
    [InlineData("public partial class Outer<T> { [CdcTable(\"one\")] public partial record [|One|]([PartitionKey] long Id); }")]
    [InlineData("[CdcTable(\"one\")] public abstract partial record [|One|]([PartitionKey] long Id);")]
    [InlineData("[CdcTable(\"one\")] public static partial class [|One|];")]
    [InlineData("[CdcTable(\"one\")] public ref partial struct [|One|];")]
    [InlineData("[CdcTable(\"one\")] file partial record [|One|]([PartitionKey] long Id);")]
    [InlineData("public partial class Outer { [CdcTable(\"one\")] private partial record [|One|]([PartitionKey] long Id); }")]
    public void TCDC014_model_shape(string marked) => Error("TCDC014", marked);

    [Fact]
    public void TCDC015_required_but_ignored()
    {
        Error("TCDC015", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } [CdcIgnore] public required string [|Name|] { get; set; } }");
        MarkedSource.ExpectNone(
            "[CdcTable(\"one\")] public partial class One { [PartitionKey] public long Id { get; set; } [CdcIgnore] public required string Name { get; set; } "
            + "[System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public One() => Name = \"\"; }");
    }

    [Theory]
    [InlineData("double")]
    [InlineData("float")]
    public void TCDC016_inexact_key(string type) => Warning("TCDC016", $"[CdcTable(\"one\")] public partial record One([PartitionKey] {type} [|Id|], {type} Other);");

    [Fact]
    public void TCDC017_attribute_name()
    {
        Error("TCDC017", "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [CdcAttribute(\"\")] long [|Other|]);");
        Error("TCDC017", $"[CdcTable(\"one\")] public partial record One([PartitionKey(\"{new string('é', 128)}\"), CdcColumn(\"id\")] long [|Id|]);");
    }

    [Theory]
    [InlineData("[UnixTime] public long? [|Member|] { get; init; }")]
    [InlineData("[UnixTime] public DateOnly? [|Member|] { get; init; }")]
    [InlineData("[EnumNumber] public string? [|Member|] { get; init; }")]
    [InlineData("[EnumNumber] public System.Collections.Generic.List<int>? [|Member|] { get; init; }")]
    public void TCDC018_annotation_of_another_type(string member) =>
        Error("TCDC018", "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id) { " + member + " }");

    [Fact]
    public void TCDC018_annotations_of_the_type_and_of_elements() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [UnixTime] DateTime A, [UnixTime(UnixTimeUnit.Milliseconds)] DateTimeOffset?[]? B, "
        + "[EnumNumber] DayOfWeek C, [EnumNumber] System.Collections.Generic.Dictionary<string, DayOfWeek?>? D);");

    private const string Converters = """
        public abstract class Abstract : CdcConverter<Version> { }
        public class Right : CdcConverter<Version>
        {
            public override Version Read(TypedCdc.Decoding.AttributeValueReader value) => new(value.GetString());
            public override void Write(System.Text.Json.Utf8JsonWriter writer, Version value) { }
        }
        public sealed class Parameters(int one) : Right { public int One { get; } = one; }
        public sealed class Derived : Right;

        """;

    [Theory]
    [InlineData("[CdcConverter([|typeof(Right)|])] public string? Member { get; init; }")]
    [InlineData("[CdcConverter([|typeof(Abstract)|])] public Version? Member { get; init; }")]
    [InlineData("[CdcConverter([|typeof(Parameters)|])] public Version? Member { get; init; }")]
    [InlineData("[CdcConverter([|typeof(string)|])] public Version? Member { get; init; }")]
    [InlineData("[CdcConverter([|null!|])] public Version? Member { get; init; }")]
    public void TCDC019_converter_of_another_type(string member) =>
        Error("TCDC019", Converters + "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id) { " + member + " }");

    [Fact]
    public void TCDC019_converters_that_fit() => MarkedSource.ExpectNone(
        Converters + "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, [CdcConverter(typeof(Right))] Version? A, [CdcConverter(typeof(Derived), Kinds = AttributeKind.S | AttributeKind.N)] Version B);");

    [Theory]
    [InlineData("[CdcOverflow] public string? [|Member|] { get; init; }")]
    [InlineData("[CdcOverflow] public System.Collections.Generic.Dictionary<string, string>? [|Member|] { get; init; }")]
    [InlineData("[CdcOverflow] public System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>? One { get; init; } [CdcOverflow] public System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>? [|Two|] { get; init; }")]
    public void TCDC020_overflow(string member) =>
        Error("TCDC020", "[CdcTable(\"one\")] public partial class Model { [PartitionKey] public long Id { get; set; } " + member + " }");

    [Fact]
    public void TCDC020_overflow_as_a_map() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\")] public partial class Model { [PartitionKey] public long Id { get; set; } [CdcOverflow] public AttributeMap Rest { get; init; } = AttributeMap.Empty; }");

    [Fact]
    public void TCDC020_overflow_that_fits() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\")] public partial class Model { [PartitionKey] public long Id { get; set; } [CdcOverflow] public System.Collections.Generic.IReadOnlyDictionary<string, System.Text.Json.JsonElement> Rest { get; init; } }"
            .Replace("init; } }", "init; } = new System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>(); }", StringComparison.Ordinal));

    [Theory]
    [InlineData("[CdcColumn([|OnUnfit = UnfitValue.ToOverflow|])] public DateTimeOffset? Member { get; init; }")]
    [InlineData("[CdcColumn([|OnUnfit = UnfitValue.ToOverflow|])] public DateTimeOffset? Member { get; init; } [CdcOverflow, CdcColumn(Ignore = true)] public AttributeMap Rest { get; init; } = AttributeMap.Empty;")]
    [InlineData("[SortKey, CdcColumn([|OnUnfit = UnfitValue.NullAndReport|])] public required string Member { get; init; }")]
    [InlineData("[SortKey, CdcColumn([|Ignore = true|])] public required string Member { get; init; }")]
    [InlineData("[CdcOverflow, CdcColumn([|OnUnfit = UnfitValue.NullAndReport|])] public AttributeMap Rest { get; init; } = AttributeMap.Empty;")]
    [InlineData("[CdcColumn(\"name\", [|Ignore = true|])] public string? Member { get; init; }")]
    [InlineData("[CdcColumn([|Ignore = true|], Type = \"varchar(9)\")] public string? Member { get; init; }")]
    [InlineData("[CdcColumn([|Type = \" \"|])] public string? Member { get; init; }")]
    [InlineData("[CdcColumn([|SqliteType = \"TEXT; DROP TABLE x\"|])] public string? Member { get; init; }")]
    public void TCDC030_column(string member) =>
        Error("TCDC030", "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id) { " + member + " }");

    [Fact]
    public void TCDC030_columns_that_can_be_kept() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\")] public partial record One([PartitionKey, CdcColumn(OnUnfit = UnfitValue.Fail, Type = \"numeric(20)\")] long Id, [CdcColumn(Ignore = true)] string? A, "
        + "[CdcColumn(OnUnfit = UnfitValue.ToOverflow)] DateTimeOffset? B, [CdcColumn(\"cc\", Type = \"varchar(40)\", SqliteType = \"TEXT\", OnUnfit = UnfitValue.NullAndReport)] string? C) "
        + "{ [CdcOverflow] public AttributeMap Rest { get; init; } = AttributeMap.Empty; }");

    [Theory]
    [InlineData("string", "PostgresType", "citext")]
    [InlineData("string", "PostgresType", "char(4)")]
    [InlineData("string", "PostgresType", "Character Varying (4)")]
    [InlineData("string", "Type", "varchar(4)")]
    [InlineData("string", "PostgresType", "double precision")]
    [InlineData("string", "PostgresType", "uuid")]
    [InlineData("string", "SqliteType", "TEXT COLLATE NOCASE")]
    [InlineData("string", "SqliteType", "INTEGER")]
    [InlineData("string", "RedshiftType", "CHAR(10)")]
    [InlineData("string", "CrateDbType", "DOUBLE PRECISION")]
    [InlineData("long", "PostgresType", "double precision")]
    [InlineData("long", "SqliteType", "REAL")]
    [InlineData("decimal", "PostgresType", "numeric(10,2)")]
    [InlineData("decimal", "PostgresType", "bigint")]
    [InlineData("decimal", "SqliteType", "NUMERIC")]
    [InlineData("System.DateTimeOffset", "PostgresType", "timestamptz(0)")]
    public void TCDC032_key_type(string type, string property, string sql) =>
        Error("TCDC032", $"[CdcTable(\"one\")] public partial record One([PartitionKey, CdcColumn([|{property} = \"{sql}\"|])] {type} Id);");

    [Theory]
    [InlineData("string", "PostgresType", "varchar")]
    [InlineData("string", "RedshiftType", "VARCHAR(256)")]
    [InlineData("string", "SqliteType", "varchar(4)")]
    [InlineData("long", "Type", "numeric(20)")]
    [InlineData("int", "PostgresType", "bigint")]
    [InlineData("decimal", "RedshiftType", "NUMERIC(38,10)")]
    [InlineData("System.Guid", "PostgresType", "text")]
    public void TCDC032_key_types_that_keep_keys_apart(string type, string property, string sql) =>
        MarkedSource.ExpectNone($"[CdcTable(\"one\")] public partial record One([PartitionKey, CdcColumn({property} = \"{sql}\")] {type} Id, [CdcColumn(Type = \"varchar(4)\")] string? Other);");

    [Theory]
    [InlineData("[[|CdcIndex(\"Nobody\")|]]", "")]
    [InlineData("[[|CdcIndex|]]", "")]
    [InlineData("[[|CdcIndex(\"A\", \"A\")|]]", "")]
    [InlineData("[CdcIndex(\"A\", \"Id\"), [|CdcIndex(\"A\", \"Id\")|]]", "")]
    [InlineData("[[|CdcIndex(\"A\", \"Left\")|]]", "[CdcColumn(Ignore = true)] public string? Left { get; init; }")]
    [InlineData("", "[[|CdcIndex(\"A\")|]] public string? B { get; init; }")]
    [InlineData("", "[[|CdcIndex|]] public System.Collections.Generic.List<string>? B { get; init; }")]
    [InlineData("", "[CdcIndex(Name = \"x\")] public string? B { get; init; } [[|CdcIndex(Name = \"x\")|]] public string? C { get; init; }")]
    [InlineData("", "[[|CdcIndex(Name = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\")|]] public string? B { get; init; }")]
    public void TCDC031_index(string onType, string member) =>
        Error("TCDC031", "[CdcTable(\"one\")] " + onType + " public partial record One([PartitionKey] long Id, string? A) { " + member + " }");

    [Fact]
    public void TCDC031_indexes_that_can_be_made() => MarkedSource.ExpectNone(
        "[CdcTable(\"one\"), CdcIndex(nameof(A), nameof(Id)), CdcIndex(nameof(Id), nameof(A), Name = \"mine\")] public partial record One([PartitionKey] long Id, [CdcIndex] string? A) { [CdcIndex] public decimal? B; }");

    // The SDK is known by its names only, so a test can stand in for it.
    private const string Aws = """
        namespace Amazon.DynamoDBv2.DataModel
        {
            public class DynamoDBRenamableAttribute : Attribute { public string? AttributeName { get; set; } }
            public class DynamoDBPropertyAttribute : DynamoDBRenamableAttribute
            {
                public DynamoDBPropertyAttribute() { }
                public DynamoDBPropertyAttribute(string attributeName) { }
                public DynamoDBPropertyAttribute(Type converter) { }
            }
            public class DynamoDBHashKeyAttribute : DynamoDBPropertyAttribute;
            public class DynamoDBGlobalSecondaryIndexHashKeyAttribute(string indexName) : DynamoDBHashKeyAttribute { public string IndexName { get; } = indexName; }
            public class DynamoDBFlattenAttribute : Attribute;
            public class DynamoDBTableAttribute(string tableName) : Attribute { public string TableName { get; } = tableName; }
        }

        """;

    [Theory]
    [InlineData("[[|Amazon.DynamoDBv2.DataModel.DynamoDBProperty(typeof(string))|]] public int Member { get; set; }")]
    [InlineData("[[|Amazon.DynamoDBv2.DataModel.DynamoDBFlatten|]] public Inner? Member { get; set; }")]
    public void TCDC021_aws_annotation(string member) => Warning(
        "TCDC021", Aws + "namespace N { public record Inner(string? Name); [CdcTable(\"one\")] public partial class One { [Amazon.DynamoDBv2.DataModel.DynamoDBHashKey] public long Id { get; set; } " + member + " } }");

    [Fact]
    public void TCDC021_annotations_that_are_kept()
    {
        var run = MarkedSource.ExpectNone(
            Aws + "namespace N { [Amazon.DynamoDBv2.DataModel.DynamoDBTable(\"x\"), CdcTable(\"one\")] public partial class One { [Amazon.DynamoDBv2.DataModel.DynamoDBHashKey(AttributeName = \"pk\")] public long Id { get; set; } "
            + "[Amazon.DynamoDBv2.DataModel.DynamoDBProperty(\"other\")] public int? Member { get; set; } "
            + "[Amazon.DynamoDBv2.DataModel.DynamoDBGlobalSecondaryIndexHashKey(\"index\")] public int Indexed { get; set; } } }");
        var source = run.Source("One.g.cs");
        Assert.Contains("Name = \"pk\"", source, StringComparison.Ordinal);
        Assert.Contains("Name = \"other\"", source, StringComparison.Ordinal);
        Assert.Contains("Name = \"Indexed\"", source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TCDC001", "public sealed class Plain { public int Id { get; set; } } [CdcModel(typeof(Plain), \"one\", PartitionKey = \"Id\")] public class [|Models|];")]
    [InlineData("TCDC002", "public sealed class Plain { public int Id { get; set; } } [CdcModel([|typeof(Plain)|], \"one\")] public partial class Models;")]
    [InlineData("TCDC011", "public sealed class Plain { public int Id { get; set; } } [CdcModel([|typeof(Plain)|], PartitionKey = \"Id\")] public partial class Models;")]
    [InlineData("TCDC014", "public abstract class Plain { public int Id { get; set; } } [CdcModel([|typeof(Plain)|], \"one\", PartitionKey = \"Id\")] public partial class Models;")]
    [InlineData("TCDC014", "[CdcModel([|typeof(System.Collections.Generic.List<>)|], \"one\")] public partial class Models;")]
    public void A_model_named_by_another_class_is_held_to_the_same_rules(string id, string marked) => Error(id, marked);

    [Fact]
    public void A_mistake_in_a_model_inside_two_models_is_said_once_where_it_is() => Error(
        "TCDC008",
        "public record Inner(string Name) { public object? [|Member|] { get; init; } }"
        + "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, Inner? Inner, System.Collections.Generic.List<Inner>? More);"
        + "[CdcTable(\"two\")] public partial record Two([PartitionKey] long Id, Inner? Inner);");

    [Fact]
    public void A_pragma_suppresses_a_diagnostic()
    {
        const string Source = "[CdcTable(\"one\")] public partial record One([PartitionKey] double Id);";
        Assert.Single(Unsuppressed(Source));
        Assert.Empty(Unsuppressed("#pragma warning disable TCDC016\n" + Source));

        static IEnumerable<Diagnostic> Unsuppressed(string source)
        {
            var run = GeneratorRun.Of(source);
            return Microsoft.CodeAnalysis.Diagnostics.CompilationWithAnalyzers.GetEffectiveDiagnostics(run.Diagnostics, run.Input).Where(static diagnostic => !diagnostic.IsSuppressed);
        }
    }

    [Fact]
    public void Names_that_a_view_would_use_itself_are_left_to_the_model() => MarkedSource.ExpectNone(
        "public record Inner(string? Item, Inner? Slots) { public bool HasSlots { get; init; } }"
        + "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, string? Item, Inner? Home, bool HasHome, int Slots, int Instance, int Register, int Read, int CdcCodec, int value, int writer, int model);");

    [Fact]
    public void Every_rule_has_a_page_and_a_test()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "TypedCdc.sln")))
        {
            root = root.Parent!;
        }

        var tests = typeof(DiagnosticTests).GetMethods().Concat(typeof(KeyPatternTests).GetMethods()).Concat(typeof(PolymorphismTests).GetMethods()).Select(static method => method.Name).ToList();
        Assert.All(Rules.All(), rule =>
        {
            Assert.Contains(tests, test => test.StartsWith(rule.Id, StringComparison.Ordinal));
            var page = File.ReadAllText(Path.Combine(root.FullName, "src", "TypedCdc", "docs", "rules", rule.Id + ".md"));
            Assert.StartsWith($"# {rule.Id}: {rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture)}", page, StringComparison.Ordinal);
            Assert.Contains("## Why", page, StringComparison.Ordinal);
            Assert.Contains("## Wrong", page, StringComparison.Ordinal);
            Assert.Contains("## Right", page, StringComparison.Ordinal);
            Assert.True(rule.HelpLinkUri is "" || rule.HelpLinkUri.EndsWith($"/blob/main/src/TypedCdc/docs/rules/{rule.Id}.md", StringComparison.Ordinal), rule.HelpLinkUri);
        });
    }
}
