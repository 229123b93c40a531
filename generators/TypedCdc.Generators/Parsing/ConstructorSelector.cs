// Which constructor makes the model, and which members it fills.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TypedCdc.Generators.Parsing;

/// <summary>A constructor with the member behind each of its parameters; parameters left to their defaults are not in it.</summary>
internal sealed record ConstructorChoice(IMethodSymbol Constructor, IReadOnlyList<(IParameterSymbol Parameter, MemberCandidate Member)> Arguments)
{
    /// <summary>The constructor promises to set all required members.</summary>
    public bool SetsRequiredMembers => Constructor.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "SetsRequiredMembersAttribute");
}

/// <summary>Chooses the constructor.</summary>
internal static class ConstructorSelector
{
    /// <summary>The constructor; null with a reason where there is none.</summary>
    public static ConstructorChoice? Select(ParseContext context, IReadOnlyList<MemberCandidate> members, out string reason)
    {
        reason = "it has several constructors with parameters and none without; mark one with [CdcConstructor]";
        if (Choose(context, members) is not { } constructor)
        {
            return null;
        }

        var arguments = new List<(IParameterSymbol, MemberCandidate)>();
        foreach (var parameter in constructor.Parameters)
        {
            var member = members.FirstOrDefault(member => !member.IsIgnored
                && MemberCollector.IsFor(parameter.Name, member.Name, name => members.Any(other => other.Name == name)));
            if (parameter.RefKind is RefKind.Ref or RefKind.Out)
            {
                reason = $"the constructor's parameter '{parameter.Name}' is passed by reference";
                return null;
            }

            if (member is not null && !context.Compilation.ClassifyCommonConversion(member.Type, parameter.Type).IsImplicit)
            {
                reason = $"the constructor's parameter '{parameter.Name}' does not take the type of the member '{member.Name}'";
                return null;
            }

            if (member is not null)
            {
                arguments.Add((parameter, member));
            }
            else if (!parameter.HasExplicitDefaultValue && !parameter.IsParams)
            {
                reason = $"the constructor's parameter '{parameter.Name}' has neither a member of that name nor a default value";
                return null;
            }
        }

        return new(constructor, arguments);
    }

    private static IMethodSymbol? Choose(ParseContext context, IReadOnlyList<MemberCandidate> members)
    {
        var constructors = context.Type.InstanceConstructors.Where(constructor => !IsCopy(constructor)).ToList();
        if (constructors.Where(static constructor => IsChosen(constructor)).ToList() is { Count: > 0 } chosen)
        {
            return chosen.Count == 1 ? chosen[0] : null;
        }

        constructors.RemoveAll(constructor => !context.IsReachable(constructor));
        var written = constructors.Where(static constructor => !constructor.IsImplicitlyDeclared || constructor.Parameters.Length > 0).ToList();
        var open = written.Where(static constructor => constructor.DeclaredAccessibility == Accessibility.Public).ToList();
        var implicitOne = constructors.FirstOrDefault(static constructor => constructor.IsImplicitlyDeclared && constructor.Parameters.Length == 0);
        if (open.FirstOrDefault(static constructor => constructor.Parameters.Length == 0) is { } parameterless)
        {
            return parameterless;
        }

        if (written.FirstOrDefault(constructor => IsPrimary(constructor, context)) is { } primary)
        {
            return primary;
        }

        // A struct can always be made without its constructor, but then its read-only members stay empty.
        if (implicitOne is not null && !(open.Count == 1 && open[0].Parameters.Any(parameter => members.Any(member =>
            !member.IsIgnored && !member.IsWritable && MemberCollector.IsFor(parameter.Name, member.Name, name => members.Any(other => other.Name == name))))))
        {
            return implicitOne;
        }

        return open.Count == 1 ? open[0]
            : written.FirstOrDefault(static constructor => constructor.Parameters.Length == 0)
            ?? (open.Count == 0 && written.Count == 1 ? written[0] : null);
    }

    private static bool IsChosen(IMethodSymbol constructor) =>
        Annotations.Find(constructor.GetAttributes(), Annotations.CdcConstructor) is not null
        || AwsAnnotations.Find(constructor.GetAttributes(), AwsAnnotations.Constructor) is not null;

    private static bool IsCopy(IMethodSymbol constructor) =>
        constructor.ContainingType.IsRecord && constructor.Parameters.Length == 1
        && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, constructor.ContainingType);

    private static bool IsPrimary(IMethodSymbol constructor, ParseContext context) =>
        constructor.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(context.Cancellation) is TypeDeclarationSyntax);

    /// <summary>
    /// Whether the constructor, or one that it calls, may set the member. Reads the assignments in its text and, where it calls something that cannot be
    /// read, says yes: to take a member for empty that is not would lose what the user's code put there.
    /// </summary>
    public static bool MaySet(IMethodSymbol constructor, ISymbol member, ParseContext context)
    {
        var declaresMember = SymbolEqualityComparer.Default.Equals(constructor.ContainingType, member.ContainingType);
        if (constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.Cancellation) is not ConstructorDeclarationSyntax syntax)
        {
            // A primary or implicit constructor runs initializers, which the member shows itself, and then that of its base.
            return !declaresMember && BaseMaySet(constructor, member, context);
        }

        if (syntax.Initializer is { ThisOrBaseKeyword.RawKind: (int)SyntaxKind.ThisKeyword })
        {
            return true;
        }

        foreach (var node in syntax.DescendantNodes(static node => node is not ConstructorInitializerSyntax))
        {
            var sets = node switch
            {
                AssignmentExpressionSyntax assignment => Names(assignment.Left, member.Name),
                ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument => Names(argument.Expression, member.Name),
                InvocationExpressionSyntax { Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } } call =>
                    call.Expression is not IdentifierNameSyntax { Identifier.ValueText: "nameof" },
                _ => false,
            };
            if (sets)
            {
                return true;
            }
        }

        return !declaresMember && BaseMaySet(constructor, member, context);
    }

    private static bool BaseMaySet(IMethodSymbol constructor, ISymbol member, ParseContext context)
    {
        var candidates = constructor.ContainingType.BaseType?.InstanceConstructors.Where(static constructor => constructor.Parameters.Length == 0).ToList();
        return candidates is not { Count: 1 } || MaySet(candidates[0], member, context);
    }

    private static bool Names(SyntaxNode expression, string name) =>
        expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(identifier => identifier.Identifier.ValueText == name);
}
