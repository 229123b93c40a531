// Which properties and fields of a type belong to its model.
using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace TypedCdc.Generators.Parsing;

/// <summary>Collects the members, those of base types first, an override in the place of what it overrides.</summary>
internal static class MemberCollector
{
    public static List<MemberCandidate> Collect(ParseContext context)
    {
        var members = new List<MemberCandidate>();
        foreach (var type in BasesFirst(context.Type))
        {
            foreach (var symbol in type.GetMembers())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (!IsData(symbol))
                {
                    continue;
                }

                var candidate = new MemberCandidate(symbol, context.Cancellation);
                AddParameterAnnotations(candidate, type);
                if (!SymbolEqualityComparer.Default.Equals(type, context.Type))
                {
                    AddParameterAnnotations(candidate, context.Type);
                }

                var hidden = members.FindIndex(member => member.Name == symbol.Name);
                if (hidden < 0)
                {
                    members.Add(candidate);
                }
                else
                {
                    AddInherited(candidate, members[hidden]);
                    members[hidden] = candidate;
                }
            }
        }

        members.RemoveAll(static member => member.Symbol.DeclaredAccessibility != Accessibility.Public && !member.IsAnnotated);
        return members;
    }

    /// <summary>A type and its bases, the most basic first.</summary>
    public static IEnumerable<INamedTypeSymbol> BasesFirst(INamedTypeSymbol type)
    {
        var chain = new Stack<INamedTypeSymbol>();
        for (var current = type; current is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; current = current.BaseType)
        {
            chain.Push(current);
        }

        return chain;
    }

    /// <summary>Whether a parameter is for a member: of its name, or, where no member has the parameter's exact name, of its name in another case.</summary>
    public static bool IsFor(string parameter, string member, Func<string, bool> isMember) =>
        parameter == member || (string.Equals(parameter, member, StringComparison.OrdinalIgnoreCase) && !isMember(parameter));

    private static bool IsData(ISymbol symbol) => symbol switch
    {
        { IsStatic: true } => false,
        IPropertySymbol property => !property.IsIndexer && property.ExplicitInterfaceImplementations.IsEmpty && property.Name != "EqualityContract"
            && property.RefKind == RefKind.None,
        IFieldSymbol field => !field.IsImplicitlyDeclared && !field.IsConst && field.RefKind == RefKind.None && !field.IsFixedSizeBuffer,
        _ => false,
    };

    // In "record Customer([PartitionKey] long Id)" the annotation stands on the parameter, not on the property.
    private static void AddParameterAnnotations(MemberCandidate candidate, INamedTypeSymbol type)
    {
        foreach (var parameter in type.InstanceConstructors.SelectMany(static constructor => constructor.Parameters))
        {
            if (IsFor(parameter.Name, candidate.Name, name => !type.GetMembers(name).IsEmpty))
            {
                candidate.Annotations.AddRange(parameter.GetAttributes());
            }
        }
    }

    // Annotations are inherited by an override; a member that hides another has only its own.
    private static void AddInherited(MemberCandidate candidate, MemberCandidate hidden)
    {
        if (candidate.Symbol.IsOverride && !candidate.IsAnnotated && !candidate.IsIgnored)
        {
            candidate.Annotations.AddRange(hidden.Annotations);
        }
    }
}
