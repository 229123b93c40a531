// What every step of parsing one model needs. Lives for one call; nothing of it reaches the model.
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>The type being parsed, and what has been found so far.</summary>
internal sealed class ParseContext
{
    private readonly ModelParts _parts;

    public ParseContext(INamedTypeSymbol type, Location location, Compilation compilation, CancellationToken cancellation)
        : this(type, type, location, compilation, new(), cancellation)
    {
    }

    /// <summary>A model of a type that cannot hold generated code itself; <paramref name="root"/> does.</summary>
    public ParseContext(INamedTypeSymbol root, INamedTypeSymbol type, Location location, Compilation compilation, CancellationToken cancellation)
        : this(root, type, location, compilation, new(), cancellation)
    {
    }

    private ParseContext(INamedTypeSymbol root, INamedTypeSymbol type, Location location, Compilation compilation, ModelParts parts, CancellationToken cancellation)
    {
        Root = root;
        Type = type;
        Location = location;
        Compilation = compilation;
        _parts = parts;
        Cancellation = cancellation;
    }

    /// <summary>The type that generated code is nested in, whose reach it has.</summary>
    public INamedTypeSymbol Root { get; }

    /// <summary>The type being parsed: the root, or a model inside it.</summary>
    public INamedTypeSymbol Type { get; }

    /// <summary>The name of the type where the annotation stands, or of the member that brought the type in.</summary>
    public Location Location { get; }

    public Compilation Compilation { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>How members without a name of their own are named, in the root and in the models inside it.</summary>
    public NamingPolicy Naming { get; set; }

    /// <summary>The convention for the columns of the root's members; null where the model does not say.</summary>
    public NamingPolicy? ColumnNaming { get; set; }

    /// <summary>The members that <c>[CdcModel]</c> names as keys.</summary>
    public string? PartitionKeyName { get; set; }

    public string? SortKeyName { get; set; }

    /// <summary>The root is annotated for AWS's DynamoDBContext, which keeps enums and booleans as numbers.</summary>
    public bool IsAwsAnnotated { get; set; }

    /// <summary>The type that says what the keys are, where this one is derived from it.</summary>
    public INamedTypeSymbol? Base { get; init; }

    /// <summary>The annotation that makes the model; null for a model inside another.</summary>
    public AttributeData? Table { get; set; }

    /// <summary>The type is a model inside the root's: it has no key.</summary>
    public bool IsNested { get; init; }

    /// <summary>The member being parsed, for what is wrong with a type that it brings in from another assembly.</summary>
    public Location? MemberLocation { get; set; }

    public List<DiagnosticInfo> Diagnostics => _parts.Diagnostics;

    /// <summary>The models inside the root, by type; the parser adds them when a member first needs them. Null while it is not known whether they can be made.</summary>
    public Dictionary<ISymbol, string> NestedCodecs => _parts.NestedCodecs;

    public List<NestedModel> Nested => _parts.Nested;

    public List<EnumModel> Enums => _parts.Enums;

    public List<ConverterModel> Converters => _parts.Converters;

    /// <summary>A name for generated code that no other part of it has.</summary>
    public string Unique(string name)
    {
        var unique = name;
        for (var i = 2; !_parts.Names.Add(unique); i++)
        {
            unique = name + i.ToString(CultureInfo.InvariantCulture);
        }

        return unique;
    }

    /// <summary>A type derived from this one, as the same item or map.</summary>
    public ParseContext ForDerived(INamedTypeSymbol type, Location? location) => new(
        Root, type, type.Locations.FirstOrDefault(static one => one.IsInSource) ?? location ?? Location, Compilation, _parts, Cancellation)
    {
        Naming = Naming,
        ColumnNaming = ColumnNaming,
        IsAwsAnnotated = IsAwsAnnotated,
        IsNested = IsNested,
        Base = Type,
        PartitionKeyName = PartitionKeyName,
        SortKeyName = SortKeyName,
    };

    public ParseContext ForNested(INamedTypeSymbol type, Location location) => new(Root, type, location, Compilation, _parts, Cancellation)
    {
        Naming = Naming == NamingPolicy.LowerFirstOfItem ? NamingPolicy.Exact : Naming,
        IsAwsAnnotated = IsAwsAnnotated,
        IsNested = true,
    };

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments) =>
        Diagnostics.Add(DiagnosticInfo.Create(rule, location ?? Location, arguments));

    /// <summary>Where the user wrote the symbol; the type's name where that is in another assembly.</summary>
    public Location LocationOf(ISymbol symbol) => symbol.Locations.FirstOrDefault(static location => location.IsInSource) ?? Location;

    /// <summary>Generated code is nested in the root, so it reaches whatever the root does.</summary>
    public bool IsReachable(ISymbol symbol) => Compilation.IsSymbolAccessibleWithin(symbol, Root, Type);

    private sealed class ModelParts
    {
        public List<DiagnosticInfo> Diagnostics { get; } = [];

        public Dictionary<ISymbol, string> NestedCodecs { get; } = new(SymbolEqualityComparer.Default);

        public List<NestedModel> Nested { get; } = [];

        public List<EnumModel> Enums { get; } = [];

        public List<ConverterModel> Converters { get; } = [];

        public HashSet<string> Names { get; } = ["CdcCodec", "Key"]; // and what else a codec has: ReadKey
    }
}
