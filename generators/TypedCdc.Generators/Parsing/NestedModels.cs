// Models inside models: any class, record or struct with members that can be mapped, without an annotation of its own.
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Parses the types that members are of.</summary>
internal static class NestedModels
{
    /// <summary>The shape of a type that an M can become; null where it cannot.</summary>
    public static ValueShape? Classify(ParseContext context, ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface, IsStatic: false, IsRefLikeType: false, SpecialType: SpecialType.None } named
            || (named.IsAbstract && !DerivedTypes.IsBase(named)) || IsOfThePlatform(named) || named.IsUnboundGenericType || named.IsAnonymousType || named.IsTupleType || !context.IsReachable(named))
        {
            return null;
        }

        named = (INamedTypeSymbol)named.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        if (!context.NestedCodecs.TryGetValue(named, out var codec))
        {
            // Known before its members are parsed: a model may hold itself.
            codec = context.Unique(named.Name + "Codec");
            context.NestedCodecs.Add(named, codec);
            var nested = context.ForNested(named, named.Locations.FirstOrDefault(static location => location.IsInSource) ?? context.MemberLocation ?? context.Location);
            var parsed = ObjectParser.Parse(nested);
            if (parsed?.Model is not { Members.Count: > 0 } model)
            {
                context.NestedCodecs[named] = "";
                return null;
            }

            context.Nested.Add(new(codec, model));
        }

        return codec.Length == 0 ? null : ValueClassifier.Make(named, ValueKind.Nested, AttributeKinds.M, SqlColumnType.Json, "an M") with { Codec = codec };
    }

    // What has no mapping above has none: reading the properties of a Stream or a Task would be nobody's intention.
    private static bool IsOfThePlatform(INamedTypeSymbol type)
    {
        var outermost = type.ContainingNamespace;
        while (outermost is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
        {
            outermost = outermost.ContainingNamespace;
        }

        return type.Locations.All(static location => !location.IsInSource) && outermost?.Name is "System" or "Microsoft";
    }
}
