using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests.RandomModels;

/// <summary>Random models with random items: what the generated decoders read is what an oracle reads that shares nothing with them. The seed is in every message.</summary>
[Trait("Category", "OnePass")] // it goes through the cultures itself
public sealed class RandomModelTests
{
    private const int Seed = 20260;
    private const int Count = 40;
    private const int Items = 60;

    // Compiled once: what the cultures differ in is the decoding.
    private static readonly Lazy<(List<RandomModel> Models, Accessor[] Access)> Compiled = new(Compile);

    private delegate object Accessor(string method, byte[]? utf8, object? model);

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void An_item_of_any_model_is_read_as_the_oracle_reads_it(string culture)
    {
        var (models, access) = Compiled.Value;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        int read = 0, refused = 0;
        for (var i = 0; i < models.Count; i++)
        {
            var random = new Random(Seed + i);
            for (var j = 0; j < Items; j++)
            {
                var item = models[i].Item(random);
                var expected = Expected(models[i], item);
                var utf8 = Encoding.UTF8.GetBytes(item);
                var record = Encoding.UTF8.GetBytes(
                    $$$"""{"eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"INSERT","tableName":"table","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"k":{"S":"k"}},"NewImage":{{{item}}}}}""");
                foreach (var (method, bytes) in new[] { ("Read", utf8), ("Decode", record) })
                {
                    object? model = null;
                    string? found = null, why = null;
                    try
                    {
                        model = access[i](method, bytes, null);
                        found = models[i].Show(model);
                    }
                    catch (CdcDecodeException error)
                    {
                        why = error.Message;
                    }

                    Assert.True(expected == found, $"Seed {Seed}, model {i}, {method}: of {item}\nthe oracle read\n{expected ?? "nothing"}\nthe decoder read\n{found ?? "nothing: " + why}\n{models[i].Source}");
                    if (model is not null)
                    {
                        var written = (byte[])access[i]("Write", null, model);
                        string? again;
                        try
                        {
                            again = models[i].Show(access[i]("Read", written, null));
                        }
                        catch (CdcDecodeException error)
                        {
                            again = $"nothing: {error.Message} in {Encoding.UTF8.GetString(written)}";
                        }

                        Assert.True(found == again, $"Seed {Seed}, model {i}: {item}\nis\n{found}\nand written and read\n{again}\n{models[i].Source}");
                    }
                }

                _ = expected is null ? refused++ : read++;
            }
        }

        Assert.True(read > models.Count * Items / 4 && refused > models.Count * 2, $"{read} read, {refused} refused: the items say too little.");
    }

    private static string? Expected(RandomModel model, string item)
    {
        try
        {
            using var json = JsonDocument.Parse(item);
            return model.Read(json.RootElement);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static (List<RandomModel> Models, Accessor[] Access) Compile()
    {
        Assembly? assembly = null;
        var models = Enumerable.Range(0, Count).Select(i => new RandomModel(Seed * 1000 + i, $"Random{i.ToString(CultureInfo.InvariantCulture)}", name => assembly!.GetType(name, throwOnError: true)!)).ToList();
        var source = new StringBuilder("#nullable enable\npublic enum Tier { Gold, [System.Runtime.Serialization.EnumMember(Value = \"in transit\")] InTransit, @class, Bronze }\n");
        models.ForEach(model => source.Append(model.Source));
        source.Append("public static class Access\n{\n    public static object Call(string model, string method, byte[]? utf8, object? value) => (model, method) switch\n    {\n");
        foreach (var model in models)
        {
            source.Append(CultureInfo.InvariantCulture, $"        (\"{model.Name}\", \"Read\") => TypedCdc.CdcItem.Read<{model.Name}>(utf8),\n")
                .Append(CultureInfo.InvariantCulture, $"        (\"{model.Name}\", \"Decode\") => ((TypedCdc.Inserted<{model.Name}>)TypedCdc.CdcRecord.Decode<{model.Name}>(utf8)).After,\n")
                .Append(CultureInfo.InvariantCulture, $"        (\"{model.Name}\", \"Write\") => TypedCdc.CdcItem.ToUtf8(({model.Name})value!),\n");
        }

        source.Append("        _ => throw new System.ArgumentException(method),\n    };\n}\n");
        var parse = GeneratorRun.ParseOptions;
        var compilation = CSharpCompilation.Create(
            "RandomModels", [CSharpSyntaxTree.ParseText(source.ToString(), parse, "Models.cs")], GeneratorRun.Compile(parse).References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        GeneratorRun.Driver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        Assert.True(diagnostics.All(static one => one.Severity < DiagnosticSeverity.Warning), $"Seed {Seed}: {string.Join('\n', diagnostics.Where(static one => one.Severity >= DiagnosticSeverity.Warning))}\n{source}");
        using var dll = new MemoryStream();
        var emitted = output.Emit(dll);
        var complaints = emitted.Diagnostics.Where(static one => one.Severity >= DiagnosticSeverity.Warning && one.Id != "CS1591").ToList();
        Assert.True(complaints.Count == 0, $"Seed {Seed}: {string.Join('\n', complaints)}\n{source}");
        assembly = Assembly.Load(dll.ToArray());
        var call = assembly.GetType("Access")!.GetMethod("Call")!.CreateDelegate<Func<string, string, byte[]?, object?, object>>();
        return (models, [.. models.Select(model => new Accessor((method, utf8, value) => call(model.Name, method, utf8, value)))]);
    }
}
