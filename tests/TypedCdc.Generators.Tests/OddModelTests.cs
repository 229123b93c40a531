using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TypedCdc.Decoding;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

/// <summary>Correct models as people write them, each with something that trips generators: no rule is reported, and everything compiles without a warning.</summary>
public sealed class OddModelTests
{
    private const string Id = "[PartitionKey(\"id\")] public required string Id { get; init; } ";

    public static TheoryData<string, string> Models => new()
    {
        { "keywords", "[CdcTable(\"one\")] public partial class @class { [PartitionKey] public string @event { get; set; } = \"\"; public int @int { get; set; } public string? @namespace { get; init; } public bool @record { get; set; } public long @field { get; set; } public long @value { get; set; } public int @await { get; set; } public int @var { get; set; } public int @scoped { get; set; } }" },
        { "keyword parameters", "[CdcTable(\"one\")] public partial record One([PartitionKey] string @class, int @event = 3, string @string = \"x\", DayOfWeek @enum = DayOfWeek.Friday, decimal @decimal = 1.5m, char @char = '\\'');" },
        { "keyword namespace", "namespace @namespace.@class { [CdcTable(\"one\")] public partial record @struct([PartitionKey] string @event) { public @struct? @this { get; init; } } }" },
        { "file-scoped", "namespace Some.Where;\n[CdcTable(\"one\")] public partial record One([PartitionKey] string Id);" },
        { "class like its namespace", "namespace Shop { [CdcTable(\"one\")] public partial record Shop([PartitionKey] string Id, Shop.Inner? In) { public record Inner(string? A); } }" },
        { "namespace like System parts", "namespace My.System.TypedCdc { [global::TypedCdc.CdcTable(\"one\")] public partial record One([property: global::TypedCdc.PartitionKey] string Id, global::System.Collections.Generic.List<global::System.Guid>? A, global::System.DateTimeOffset? B); }" },
        { "nested in everything", "public partial interface IOuter { public partial struct Middle { internal partial record struct Inner { [CdcTable(\"one\")] internal sealed partial class One { " + Id + "} } } }" },
        { "nested record types", "public partial record Outer(int A) { public partial record struct Middle(int B) { [CdcTable(\"one\")] public sealed partial record One([PartitionKey] string Id); } }" },
        { "several files", "[CdcTable(\"one\")] public partial class One { " + Id + "} public partial class One { public int A { get; set; } } partial class One { [CdcAttribute(\"b\")] public int B { get; set; } }" },
        { "reserved names", "[CdcTable(\"one\")] public partial class One { " + Id + "public int ToItem2 { get; set; } public string? Item { get; set; } public int Instance { get; set; } public int Model { get; set; } public int Read { get; set; } public int Write { get; set; } public int Slots { get; set; } public int Register { get; set; } public int ReadKey { get; set; } public int Matches { get; set; } public int ClrType { get; set; } public int global { get; set; } public int GetType2 { get; set; } }" },
        { "key named Key's members", "[CdcTable(\"one\")] public partial record One { [PartitionKey] public required string Of { get; init; } [SortKey] public required long Equals2 { get; init; } }" },
        { "odd attribute names", "[CdcTable(\"one\")] public partial class One { [PartitionKey(\"p\\\"k\\\\\")] public string A { get; set; } = \"\"; [CdcAttribute(\"new\\nline\\r\\t\\0\\u2028\")] public string? B { get; set; } [CdcAttribute(\"*/ // --> <x> & \\u2603 \\ud83d\\ude00\")] public string? C { get; set; } [CdcAttribute(\"\\\"\\\"\\\"\\\"\")] public string? D { get; set; } [CdcAttribute(\"{0} {x}\")] public string? E { get; set; } [CdcAttribute(\"#if\")] public string? F { get; set; } [CdcAttribute(\" \"), CdcColumn(\"blank\")] public int? G { get; set; } [CdcAttribute(\"Name\")] public int? H { get; set; } [CdcAttribute(\"name\"), CdcColumn(\"name_2\")] public int? I { get; set; } }" },
        { "private setters", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public string Id { get; private set; } = \"\"; public int A { get; private set; } = 3; public string? B { get; private init; } [CdcAttribute(\"c\")] private string? C { get; set; } [CdcAttribute(\"d\")] private int _d; public int D => _d; [CdcAttribute(\"e\")] protected internal int E { get; set; } }" },
        { "private setters of a struct", "[CdcTable(\"one\")] public partial struct One { public One() { } [PartitionKey] public string Id { get; private set; } = \"\"; public int A { get; private set; } = 3; [CdcAttribute(\"d\")] private int _d = 0; public readonly int D => _d; }" },
        { "readonly struct", "[CdcTable(\"one\")] public readonly partial record struct One([PartitionKey] string Id, int? A, DateOnly B = default);" },
        { "readonly struct with init", "[CdcTable(\"one\")] public readonly partial struct One { [PartitionKey] public required string Id { get; init; } public int A { get; init; } }" },
        { "inheritance", "public abstract class Base { " + Id + "public virtual string? A { get; set; } public abstract int B { get; set; } } public class Middle : Base { public override int B { get; set; } public int C { get; set; } } [CdcTable(\"one\")] public partial class One : Middle { public override string? A { get; set; } }" },
        { "generic base", "public abstract class Base<T> { " + Id + "public T? Value { get; set; } public System.Collections.Generic.List<T>? Values { get; set; } } [CdcTable(\"one\")] public partial class One : Base<int>; [CdcTable(\"two\")] public partial class Two : Base<string>;" },
        { "generic nested", "public record Box<T>(T? Value, System.Collections.Generic.List<T>? More); [CdcTable(\"one\")] public partial record One([PartitionKey] string Id, Box<int>? A, Box<string?>? B, Box<Box<Guid>>? C);" },
        { "generic external", "public record Box<T>(string Id, T? Value); [CdcModel(typeof(Box<int>), \"one\", PartitionKey = \"Id\"), CdcModel(typeof(Box<string>), \"two\", PartitionKey = \"Id\")] public partial class Models;" },
        { "external shapes", "namespace A { public class Plain { public string Id { get; private set; } = \"\"; public int A { get; init; } } public struct Point { public double X { get; set; } public string Id { get; set; } } public class Outer { public record Inner(Guid Id, Outer.Inner? In); } } [CdcModel(typeof(A.Plain), \"one\", PartitionKey = \"Id\"), CdcModel(typeof(A.Point), \"two\", PartitionKey = \"Id\", SortKey = \"X\"), CdcModel(typeof(A.Outer.Inner), \"three\", PartitionKey = \"Id\")] static partial class Models;".Replace("SortKey = \"X\"", "SqlName = \"points\"", StringComparison.Ordinal) },
        { "key named Key", "[CdcTable(\"one\")] public partial record One([PartitionKey] string Key, [SortKey] string View, int Schema, string? Sql, int Attributes);" },
        { "base model", "[CdcTable(\"one\")] public partial class One { " + Id + "} [CdcTable(\"two\")] public partial class Two : One { public int A { get; set; } }" },
        { "base record model", "[CdcTable(\"one\")] public partial record One([PartitionKey] string Id); [CdcTable(\"two\")] public sealed partial record Two(string Id, int A) : One(Id);" },
        { "interfaces", "public interface IHas { string Id { get; } int A { get; set; } } [CdcTable(\"one\")] public partial class One : IHas { [PartitionKey] public string Id { get; set; } = \"\"; int IHas.A { get; set; } public int A { get; set; } }" },
        { "interface-typed collections", "using System.Collections.Generic; using System.Collections.Immutable; [CdcTable(\"one\")] public partial class One { " + Id + "public IReadOnlyList<string>? A { get; set; } public ICollection<int>? B { get; set; } public IEnumerable<long>? C { get; set; } public ISet<string>? D { get; set; } public IReadOnlySet<decimal>? E { get; set; } public IDictionary<string, int>? F { get; set; } public IReadOnlyDictionary<string, IReadOnlyList<string>>? G { get; set; } public IReadOnlyCollection<byte[]>? H { get; set; } public IImmutableList<int>? I { get; set; } public ImmutableArray<string> J { get; set; } public ImmutableArray<int>? K { get; set; } public ImmutableDictionary<string, string>? L { get; set; } public SortedSet<string>? M { get; set; } public SortedDictionary<string, int>? N { get; set; } public ImmutableHashSet<string>? O { get; set; } public IList<string?>? P { get; set; } }".Replace("using System.Collections.Generic; using System.Collections.Immutable; ", "", StringComparison.Ordinal).Replace(" IReadOnlyList", " System.Collections.Generic.IReadOnlyList", StringComparison.Ordinal).Replace(" ICollection", " System.Collections.Generic.ICollection", StringComparison.Ordinal).Replace(" IEnumerable", " System.Collections.Generic.IEnumerable", StringComparison.Ordinal).Replace(" ISet", " System.Collections.Generic.ISet", StringComparison.Ordinal).Replace(" IReadOnlySet", " System.Collections.Generic.IReadOnlySet", StringComparison.Ordinal).Replace(" IDictionary", " System.Collections.Generic.IDictionary", StringComparison.Ordinal).Replace(" IReadOnlyDictionary", " System.Collections.Generic.IReadOnlyDictionary", StringComparison.Ordinal).Replace(" IReadOnlyCollection", " System.Collections.Generic.IReadOnlyCollection", StringComparison.Ordinal).Replace(" IImmutableList", " System.Collections.Immutable.IImmutableList", StringComparison.Ordinal).Replace(" ImmutableArray", " System.Collections.Immutable.ImmutableArray", StringComparison.Ordinal).Replace(" ImmutableDictionary", " System.Collections.Immutable.ImmutableDictionary", StringComparison.Ordinal).Replace(" SortedSet", " System.Collections.Generic.SortedSet", StringComparison.Ordinal).Replace(" SortedDictionary", " System.Collections.Generic.SortedDictionary", StringComparison.Ordinal).Replace(" ImmutableHashSet", " System.Collections.Immutable.ImmutableHashSet", StringComparison.Ordinal).Replace(" IList", " System.Collections.Generic.IList", StringComparison.Ordinal) },
        { "every scalar", "[CdcTable(\"one\")] public partial class One { " + Id + string.Concat(new[] { "sbyte", "byte", "short", "ushort", "int", "uint", "long", "ulong", "nint2", "Int128", "UInt128", "System.Numerics.BigInteger", "decimal", "double", "float", "Half", "DynamoDbNumber", "char", "bool", "Guid", "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly", "TimeSpan", "DayOfWeek", "ReadOnlyMemory<byte>", "Memory<byte>", "System.Text.Json.JsonElement" }.Where(static type => type != "nint2").Select(static (type, i) => $"public {type} A{i} {{ get; set; }} public {type}? B{i} {{ get; init; }} public System.Collections.Generic.List<{type}>? C{i} {{ get; set; }} public System.Collections.Generic.Dictionary<string, {type}?>? D{i} {{ get; set; }} public System.Collections.Generic.List<{type}?>? E{i} {{ get; set; }} public {type}[]? F{i} {{ get; set; }} ")) + "public Uri? U { get; set; } public byte[]? V { get; set; } public System.Text.Json.Nodes.JsonNode? W { get; set; } public System.Collections.Generic.HashSet<byte[]>? X { get; set; } public System.Collections.Generic.List<Uri>? Y { get; set; } }" },
        { "enums", "[Flags] public enum Rights : ulong { None = 0, Read = 1, All = ulong.MaxValue } public enum Small : byte { [System.Runtime.Serialization.EnumMember(Value = \"in \\\"quotes\\\"\")] A, @class = 2, B = 2 } [EnumNumber] public enum Number : sbyte { Minus = -1 } [CdcTable(\"one\")] public partial class One { [PartitionKey] public Small Id { get; set; } [SortKey] public Number Sort { get; set; } public Rights R { get; set; } public Small? S { get; set; } [EnumNumber] public Small T { get; set; } public System.Collections.Generic.HashSet<Small>? U { get; set; } [EnumNumber] public System.Collections.Generic.HashSet<Rights>? V { get; set; } public System.Collections.Generic.List<Number?>? W { get; set; } }" },
        { "empty enum", "public enum Nothing { } [CdcTable(\"one\")] public partial record One([PartitionKey] string Id, Nothing? A);" },
        { "obsolete", "[CdcTable(\"one\")] public partial class One { " + Id + "[Obsolete(\"old\")] public int A { get; set; } [Obsolete(\"older\", error: false)] public string? B { get; set; } }" },
        { "recursive", "public record Node(string? Name, Node? Next, System.Collections.Generic.List<Node>? More, System.Collections.Generic.Dictionary<string, Node>? Named); [CdcTable(\"one\")] public partial record One([PartitionKey] string Id, Node? Root, One? Self);" },
        { "nested model names", "public record View(string? Key); public record Key(string? View); public record Sql(int A); [CdcTable(\"one\")] public partial record One([PartitionKey] string Id, View? V, Key? K, Sql? S);" },
        { "two nested of one name", "namespace A { public record Address(string? X); } namespace B { public record Address(int Y); } [CdcTable(\"one\")] public partial record One([PartitionKey] string Id, A.Address? First, B.Address? Second);" },
        { "members named as generated types", "[CdcTable(\"one\")] public partial record One([PartitionKey] string Id, int ToItem, int FromItem, int CdcCodec, int CdcKey);".Replace("int ToItem, int FromItem, ", "", StringComparison.Ordinal) },
        { "constructor", "[CdcTable(\"one\")] public partial class One { [CdcConstructor] public One(string id, int a = 5) { Id = id; A = a; } public One() { Id = \"\"; } [PartitionKey] public string Id { get; } public int A { get; } public int B { get; set; } public int Sum => A + B; }" },
        { "required and initializer", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public required string Id { get; init; } public required int? A { get; set; } public System.Collections.Generic.List<string> B { get; set; } = []; public string C { get; init; } = \"c\"; public required string? D { get; init; } }" },
        { "fields", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public string Id = \"\"; public int A; public readonly int B = 4; public required string C; }" },
        { "statics and indexers", "[CdcTable(\"one\")] public partial class One { " + Id + "public static int S { get; set; } public const int K = 3; public int this[int i] => i; public event EventHandler? Changed { add { } remove { } } }" },
        { "tuple of keys", "[CdcTable(\"one\")] public partial record One([PartitionKey] Guid Id, [SortKey] DateTimeOffset At);" },
        { "bytes as keys", "[CdcTable(\"one\")] public partial record One([PartitionKey] byte[] Id, [SortKey] ReadOnlyMemory<byte> Sort);" },
        { "nullable key", "[CdcTable(\"one\")] public partial class One { [PartitionKey] public long? Id { get; set; } [SortKey] public string? Sort { get; set; } }" },
        { "long names", "[CdcTable(\"one\")] public partial class " + new string('A', 200) + " { [PartitionKey(\"id\")] public string " + new string('B', 200) + " { get; set; } = \"\"; }" },
        { "unicode names", "namespace Größe.日本 { [CdcTable(\"one\")] public partial record Überschrift([PartitionKey] string Schlüssel, int? 数, string? İstanbul, string? ıI); }" },
        { "partial property", "[CdcTable(\"one\")] public partial class One { " + Id + "public partial int A { get; set; } public partial int A { get => field; set => field = value; } }" },
        { "field-backed", "[CdcTable(\"one\")] public partial class One { " + Id + "public string? A { get; set => field = value?.Trim(); } }" },
        { "documented", "/// <summary>One.</summary>\n[CdcTable(\"one\")] public partial class One { /// <summary>Id.</summary>\n" + Id + "}" },
        { "converter of the assembly", "[CdcTable(\"one\")] public partial record One([PartitionKey] string Id, [CdcConverter(typeof(Conv))] Version? A, [CdcConverter(typeof(Conv), Kinds = AttributeKind.S | AttributeKind.M)] Version B); public sealed class Conv : CdcConverter<Version> { public override Version Read(TypedCdc.Decoding.AttributeValueReader value) => new(value.GetString()); public override void Write(System.Text.Json.Utf8JsonWriter writer, Version value) { } }" },
        { "snake case", "[CdcTable(\"one\", Naming = NamingPolicy.SnakeCase)] public partial record One([PartitionKey] string UserID, string? IOStatus, int? HTMLPage2, int? İ);" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void It_compiles_without_a_word(string about, string source)
    {
        var run = GeneratorRun.Of(source, new Dictionary<string, string>(StringComparer.Ordinal) { ["build_property.TypedCdcDialects"] = "Postgres;Sqlite;CrateDb;Redshift" });
        Assert.True(run.Result.Exception is null, $"{about}: {run.Result.Exception}");
        Assert.Empty(run.Diagnostics.Where(static diagnostic => diagnostic.Severity > DiagnosticSeverity.Info));
        Assert.Empty(run.CompilerDiagnostics);
    }

    [Theory]
    [InlineData("namespace N { public class System { } public class TypedCdc { } public class Guid2 { } [global::TypedCdc.CdcTable(\"one\")] public partial record One([property: global::TypedCdc.PartitionKey] string Id, long? A, global::System.DateTimeOffset? B, global::System.DayOfWeek C, global::System.Collections.Generic.List<int>? D); }")]
    [InlineData("[global::TypedCdc.CdcTable(\"one\")] public partial class One { [global::TypedCdc.PartitionKey] public string System { get; set; } = \"\"; public int TypedCdc { get; set; } public int global { get; set; } public global::System.Uri Uri { get; set; } = new(\"x:y\"); }")]
    [InlineData("namespace N { public class System { } } [global::TypedCdc.CdcTable(\"one\")] public partial record One([property: global::TypedCdc.PartitionKey] string Id, N.System2? A); namespace N { public record System2(int A); }")]
    public void Names_of_the_users_never_stand_before_ours(string source) => CompilesAlone(source, NullableContextOptions.Enable, GeneratorRun.ParseOptions);

    [Theory]
    [InlineData("public partial class One { [TypedCdc.PartitionKey] public string Id { get; set; } public string A { get; set; } public int? B { get; set; } public System.Collections.Generic.List<string> C { get; set; } public System.Collections.Generic.Dictionary<string, Inner> D { get; set; } public Inner E { get; set; } public System.Uri F { get; set; } public byte[] G { get; set; } } public class Inner { public string A { get; set; } public Inner B { get; set; } }")]
    [InlineData("public partial record One([property: TypedCdc.PartitionKey] string Id, string A, System.Collections.Generic.HashSet<string> B, Inner C); public record Inner(string A);")]
    public void Code_without_nullable_annotations_has_no_warning(string source)
    {
        CompilesAlone("[TypedCdc.CdcTable(\"one\")] " + source, NullableContextOptions.Disable, GeneratorRun.ParseOptions);
        CompilesAlone("#nullable disable\n[TypedCdc.CdcTable(\"one\")] " + source, NullableContextOptions.Enable, GeneratorRun.ParseOptions);
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.CSharp13)]
    public void An_older_language_gets_what_it_has(LanguageVersion version) => CompilesAlone(
        "[TypedCdc.CdcTable(\"one\")] public sealed partial record One([property: TypedCdc.PartitionKey] string Id, System.Collections.Generic.List<int>? A, Inner? B, System.DayOfWeek? C); public record Inner(string? A);",
        NullableContextOptions.Enable, GeneratorRun.ParseOptions.WithLanguageVersion(version));

    // No using, no implicit using, every compiler warning there is.
    private static void CompilesAlone(string source, NullableContextOptions nullable, CSharpParseOptions parse)
    {
        var references = GeneratorRun.Compile(parse).References;
        var compilation = CSharpCompilation.Create(
            "Alone", [CSharpSyntaxTree.ParseText(source, parse, "Model.cs")], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: nullable, warningLevel: 9999));
        var driver = GeneratorRun.Driver(parseOptions: parse).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        Assert.Null(driver.GetRunResult().Results.Single().Exception);
        Assert.Empty(diagnostics.Where(static diagnostic => diagnostic.Severity > DiagnosticSeverity.Info));
        Assert.Empty(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && (diagnostic.Id != "CS1591" || !compilation.SyntaxTrees.Contains(diagnostic.Location.SourceTree!))));
    }
}
