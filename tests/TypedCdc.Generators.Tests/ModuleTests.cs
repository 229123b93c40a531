using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.Generators.Tests;

/// <summary>
/// The generator's modules have one direction: Parsing makes the Model, Emission prints it. Read from the sources, so that a reference that the compiler inlines counts too.
/// </summary>
public sealed class ModuleTests
{
    // Each module, and those that it may use. What prints needs a few facts of names and literals that parsing has too; they are named one by one.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Model"] = [],
        ["Diagnostics"] = ["Model"],
        ["Parsing"] = ["Model", "Diagnostics"],
        ["Emission"] = ["Model"],
        ["Samples"] = ["Model", "Diagnostics", "Parsing"],
        ["Usage"] = ["Diagnostics", "Parsing"],
    };

    private static readonly string[] SharedByPrinting = ["CSharpLiteral", "ModelShape.IdentifierOf", "KeyPatternParser.NameOf", "ScalarTypes.Of"];

    [Fact]
    public void Each_module_uses_only_those_before_it()
    {
        var faults = References(Sources()).Where(static reference => !IsAllowed(reference)).Select(static reference => reference.ToString()).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>The check itself: a model that knows the parser, and an emitter that parses, are found.</summary>
    [Theory]
    [InlineData("Model", "namespace TypedCdc.Generators.Model; class A { Parsing.ParseContext? B; }", false)]
    [InlineData("Emission", "namespace TypedCdc.Generators.Emission; class A { object B() => Parsing.ModelParser.Parse(default, default); }", false)]
    [InlineData("Emission", "namespace TypedCdc.Generators.Emission; class A { object B() => Parsing.CSharpLiteral.Of(\"\"); }", true)]
    [InlineData("Parsing", "namespace TypedCdc.Generators.Parsing; class A { Model.TableModel? B; }", true)]
    [InlineData("Parsing", "namespace TypedCdc.Generators.Parsing; class A { object B = new Emission.CodeWriter(); }", false)]
    public void A_reference_against_the_direction_is_found(string module, string source, bool isAllowed)
    {
        var references = References([.. Sources(), ($"{module}/Added.cs", source)]).Where(static reference => reference.File.EndsWith("Added.cs", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(references);
        Assert.Equal(isAllowed, references.TrueForAll(IsAllowed));
    }

    /// <summary>A model that held a symbol would keep a whole compilation alive, and never be equal to the one after an edit.</summary>
    [Fact]
    public void The_model_knows_nothing_of_Roslyn() => Assert.All(
        Sources().Where(static source => source.File.StartsWith("Model/", StringComparison.Ordinal)),
        static source => Assert.DoesNotContain("Microsoft.CodeAnalysis", source.Text, StringComparison.Ordinal));

    private static bool IsAllowed(Reference reference) => Allowed[reference.From].Contains(reference.To)
        || (reference is { From: "Emission", To: "Parsing" } && SharedByPrinting.Any(shared => reference.Name == shared || reference.Name.StartsWith(shared + ".", StringComparison.Ordinal)));

    private static List<Reference> References(IReadOnlyList<(string File, string Text)> sources)
    {
        var trees = sources.Select(static source => CSharpSyntaxTree.ParseText(source.Text, new CSharpParseOptions(LanguageVersion.Preview), source.File)).ToList();
        var compilation = CSharpCompilation.Create("Generators", trees, [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path)),
        ]);
        var references = new List<Reference>();
        foreach (var tree in trees)
        {
            var module = tree.FilePath.Split('/')[0];
            if (!Allowed.ContainsKey(module))
            {
                continue; // the pipeline itself, which joins the modules
            }

            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(static name => name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null))
            {
                var symbol = model.GetSymbolInfo(name).Symbol;
                var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                if (type is not null && SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly)
                    && ModuleOf(type) is { } other && other != module)
                {
                    references.Add(new(tree.FilePath, module, other, symbol is INamedTypeSymbol ? NameOf(type, name) : $"{type.Name}.{symbol!.Name}"));
                }
            }
        }

        return references;
    }

    // Of a type that is named to call a static member, the member.
    private static string NameOf(INamedTypeSymbol type, SimpleNameSyntax name) =>
        name.Ancestors().OfType<MemberAccessExpressionSyntax>().FirstOrDefault(access => access.Expression.DescendantNodesAndSelf().Last() == name) is { } access
            ? $"{type.Name}.{access.Name.Identifier.ValueText}"
            : type.Name;

    private static string? ModuleOf(INamedTypeSymbol type)
    {
        var name = type.ContainingNamespace.ToDisplayString();
        return name.StartsWith("TypedCdc.Generators.", StringComparison.Ordinal) && Allowed.ContainsKey(name["TypedCdc.Generators.".Length..]) ? name["TypedCdc.Generators.".Length..] : null;
    }

    private static List<(string File, string Text)> Sources()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "TypedCdc.sln")))
        {
            root = root.Parent!;
        }

        var folder = Path.Combine(root.FullName, "generators", "TypedCdc.Generators");
        var generators = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).StartsWith("obj" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText(file)));
        var shared = Directory.GetFiles(Path.Combine(root.FullName, "src", "TypedCdc.Sql", "Schema"), "*.cs").Select(static file => ("Sql/" + Path.GetFileName(file), File.ReadAllText(file)));
        var sources = generators.Concat(shared).ToList();
        Assert.True(sources.Count > 60);
        return sources;
    }

    private sealed record Reference(string File, string From, string To, string Name)
    {
        public override string ToString() => $"{File}: {From} uses {To} ({Name})";
    }
}
