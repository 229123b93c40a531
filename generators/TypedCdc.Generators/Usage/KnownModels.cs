// Which types are models: those with [CdcTable], those that a [CdcModel] names, here or in a referenced assembly, and those with a hand-written CdcModel<T>.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Usage;

/// <summary>The models of a compilation and its references, looked up once something asks for one that is not annotated itself.</summary>
internal sealed class KnownModels(Compilation compilation)
{
    private readonly Lazy<Found> _found = new(() => Find(compilation), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Whether a type is a model.</summary>
    public bool Contains(INamedTypeSymbol type) => IsAnnotated(type) || _found.Value.Models.Contains(type);

    /// <summary>Whether a type is a model, the base of one, or a derived type that one names.</summary>
    public bool IsRelated(INamedTypeSymbol type) => Contains(type) || _found.Value.Related.Contains(type);

    private static bool IsAnnotated(INamedTypeSymbol type) => Annotations.Find(type.GetAttributes(), "CdcTableAttribute") is not null;

    private static Found Find(Compilation compilation)
    {
        var found = new Found();
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols.Where(UsesTypedCdc).Prepend(compilation.Assembly))
        {
            Add(found, assembly.GlobalNamespace);
        }

        return found;
    }

    private static bool UsesTypedCdc(IAssemblySymbol assembly) =>
        assembly.Modules.Any(static module => module.ReferencedAssemblies.Any(static reference => reference.Name == "TypedCdc"));

    private static void Add(Found found, INamespaceOrTypeSymbol container)
    {
        foreach (var member in container.GetMembers())
        {
            if (member is INamedTypeSymbol type)
            {
                AddType(found, type);
            }

            if (member is INamespaceOrTypeSymbol inner)
            {
                Add(found, inner);
            }
        }
    }

    private static void AddType(Found found, INamedTypeSymbol type)
    {
        if (type.BaseType is { Name: "CdcModel", TypeArguments.Length: 1 } written && written.TypeArguments[0] is INamedTypeSymbol model)
        {
            AddModel(found, model);
        }

        foreach (var attribute in type.GetAttributes())
        {
            if (Annotations.Is(attribute, "CdcTableAttribute"))
            {
                AddModel(found, type);
            }
            else if (attribute.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Type, Value: INamedTypeSymbol named })
            {
                if (Annotations.Is(attribute, "CdcModelAttribute"))
                {
                    AddModel(found, named);
                }
                else if (Annotations.Is(attribute, Annotations.CdcDerivedType))
                {
                    found.Related.Add(named);
                }
            }
        }
    }

    private static void AddModel(Found found, INamedTypeSymbol model)
    {
        found.Models.Add(model);
        for (var type = model.BaseType; type is not null; type = type.BaseType)
        {
            found.Related.Add(type.OriginalDefinition);
        }
    }

    private sealed class Found
    {
        public HashSet<INamedTypeSymbol> Models { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<INamedTypeSymbol> Related { get; } = new(SymbolEqualityComparer.Default);
    }
}
