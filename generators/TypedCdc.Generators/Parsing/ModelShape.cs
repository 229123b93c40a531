// Whether a type can be a model at all, and how it is opened again.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TypedCdc.Generators.Diagnostics;

namespace TypedCdc.Generators.Parsing;

/// <summary>Checks and names the declaration of a model.</summary>
internal static class ModelShape
{
    /// <summary>Reports what keeps the type from being a model; true where nothing does.</summary>
    public static bool Check(ParseContext context)
    {
        var type = context.Type;
        var isOwn = SymbolEqualityComparer.Default.Equals(type, context.Root);
        var chain = ContainingTypes(context.Root).Append(context.Root).ToList();
        var reason = type switch
        {
            { IsStatic: true } => "it is static",
            { TypeKind: TypeKind.Interface } => "it is an interface; name a class, record or struct that implements it",
            { IsAbstract: true } when !DerivedTypes.IsBase(type) => "it is abstract, so no item can become one",
            { IsRefLikeType: true } => "it is a ref struct, which no change can hold",
            { TypeKind: not (TypeKind.Class or TypeKind.Struct) } => "it is neither a class nor a struct",
            { IsUnboundGenericType: true } => "it is generic, and one decoder cannot serve every type argument",
            _ when chain.Exists(static one => one.IsGenericType) => "it is generic, and one decoder cannot serve every type argument",
            _ when chain.Exists(static one => one.IsFileLocal) => "it is local to its file, which generated code is not in",
            _ when chain.Exists(IsHidden) => "it is private, so that nothing outside can register it; make it internal",
            _ when !isOwn && ContainingTypes(type).Append(type).Any(one => IsHidden(one) || !context.IsReachable(one)) => "it cannot be reached from here",
            _ => null,
        };
        if (reason is not null)
        {
            context.Report(Rules.ModelShape, null, type.Name, reason);
            return false;
        }

        var isPartial = true;
        foreach (var one in chain)
        {
            foreach (var reference in one.DeclaringSyntaxReferences)
            {
                if (reference.GetSyntax(context.Cancellation) is TypeDeclarationSyntax syntax && !syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
                {
                    context.Report(Rules.NotPartial, syntax.Identifier.GetLocation(), one.Name, type.Name);
                    isPartial = false;
                }
            }
        }

        return isPartial;
    }

    /// <summary>The types around a type, outermost first.</summary>
    public static IEnumerable<INamedTypeSymbol> ContainingTypes(INamedTypeSymbol type)
    {
        var chain = new Stack<INamedTypeSymbol>();
        for (var current = type.ContainingType; current is not null; current = current.ContainingType)
        {
            chain.Push(current);
        }

        return chain;
    }

    public static string KeywordOf(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "interface",
        { IsRecord: true, IsValueType: true } => "record struct",
        { IsRecord: true } => "record",
        { IsValueType: true } => "struct",
        _ => "class",
    };

    /// <summary>The name as C# writes it: <c>@class</c>.</summary>
    public static string IdentifierOf(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    /// <summary>The type and the types around it are public.</summary>
    public static bool IsPublic(INamedTypeSymbol type) => ContainingTypes(type).Append(type).All(static one => one.DeclaredAccessibility == Accessibility.Public);

    private static bool IsHidden(INamedTypeSymbol type) =>
        type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal;
}
