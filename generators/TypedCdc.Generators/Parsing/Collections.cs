// Lists, sets and dictionaries by the type that declares them.
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Decides how collections are read and written.</summary>
internal static class Collections
{
    /// <summary>The shape of a collection; null where the type is none that is known, or its elements have no place in an attribute.</summary>
    public static ValueShape? Classify(ValueClassifier classifier, ITypeSymbol type, ValueOptions options)
    {
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return List(classifier, type, ValueKind.Array, array.ElementType, options);
        }

        if (type is not INamedTypeSymbol { ContainingType: null, TypeArguments.Length: > 0 } named)
        {
            return null;
        }

        var arguments = named.TypeArguments;
        return (named.ContainingNamespace.ToDisplayString() + "." + named.Name, arguments.Length) switch
        {
            ("System.Collections.Generic.List" or "System.Collections.Generic.IList" or "System.Collections.Generic.ICollection"
                or "System.Collections.Generic.IEnumerable" or "System.Collections.Generic.IReadOnlyList" or "System.Collections.Generic.IReadOnlyCollection", 1) =>
                List(classifier, type, ValueKind.List, arguments[0], options),
            ("System.Collections.Immutable.ImmutableArray", 1) => List(classifier, type, ValueKind.ImmutableArray, arguments[0], options),
            ("System.Collections.Immutable.ImmutableList" or "System.Collections.Immutable.IImmutableList", 1) =>
                List(classifier, type, ValueKind.ImmutableList, arguments[0], options),
            ("System.Collections.Generic.HashSet" or "System.Collections.Generic.ISet" or "System.Collections.Generic.IReadOnlySet", 1) =>
                Set(classifier, type, ValueKind.Set, arguments[0], options),
            ("System.Collections.Generic.SortedSet", 1) => Set(classifier, type, ValueKind.SortedSet, arguments[0], options),
            ("System.Collections.Immutable.ImmutableHashSet" or "System.Collections.Immutable.IImmutableSet", 1) =>
                Set(classifier, type, ValueKind.ImmutableSet, arguments[0], options),
            ("System.Collections.Generic.Dictionary" or "System.Collections.Generic.IDictionary" or "System.Collections.Generic.IReadOnlyDictionary", 2)
                when arguments[0].SpecialType == SpecialType.System_String => Map(classifier, type, ValueKind.Dictionary, arguments[1], options),
            ("System.Collections.Generic.SortedDictionary", 2)
                when arguments[0].SpecialType == SpecialType.System_String => Map(classifier, type, ValueKind.SortedDictionary, arguments[1], options),
            ("System.Collections.Immutable.ImmutableDictionary" or "System.Collections.Immutable.IImmutableDictionary", 2)
                when arguments[0].SpecialType == SpecialType.System_String => Map(classifier, type, ValueKind.ImmutableDictionary, arguments[1], options),
            _ => null,
        };
    }

    private static ValueShape? List(ValueClassifier classifier, ITypeSymbol type, ValueKind kind, ITypeSymbol elementType, ValueOptions options)
    {
        if (classifier.Classify(ValueClassifier.Underlying(elementType), options) is not { } element)
        {
            return null;
        }

        // A list of what a set can hold reads a set too: many writers keep lists of text as SS.
        var set = SetOf(element);
        var isNullable = ValueClassifier.IsNullable(elementType);
        return ValueClassifier.Make(
            type, kind, AttributeKinds.L | set, isNullable ? SqlColumnType.Json : ArrayColumn(element), set == AttributeKinds.None ? "an L" : $"an L or {set}") with
        {
            Element = element,
            IsElementNullable = isNullable,
        };
    }

    private static ValueShape? Set(ValueClassifier classifier, ITypeSymbol type, ValueKind kind, ITypeSymbol elementType, ValueOptions options)
    {
        if (ValueClassifier.IsNullable(elementType) && elementType.IsValueType)
        {
            return null;
        }

        var element = classifier.Classify(ValueClassifier.Underlying(elementType), options);
        return element is null || SetOf(element) == AttributeKinds.None
            ? null
            : ValueClassifier.Make(type, kind, SetOf(element), ArrayColumn(element), $"an {SetOf(element)}") with { Element = element };
    }

    private static ValueShape? Map(ValueClassifier classifier, ITypeSymbol type, ValueKind kind, ITypeSymbol elementType, ValueOptions options)
    {
        var element = classifier.Classify(ValueClassifier.Underlying(elementType), options);
        return element is null
            ? null
            : ValueClassifier.Make(type, kind, AttributeKinds.M, SqlColumnType.Json, "an M") with { Element = element, IsElementNullable = ValueClassifier.IsNullable(elementType) };
    }

    private static AttributeKinds SetOf(ValueShape element) => element.Kinds switch
    {
        // DynamoDBContext keeps a collection of bool as a set of 1 and 0 unless it is told otherwise.
        _ when element.Kind == ValueKind.BooleanOrNumber => AttributeKinds.NS,
        AttributeKinds.S => AttributeKinds.SS,
        AttributeKinds.N => AttributeKinds.NS,
        AttributeKinds.B => AttributeKinds.BS,
        _ => AttributeKinds.None,
    };

    private static SqlColumnType ArrayColumn(ValueShape element) => (element.Kinds, element.Column) switch
    {
        (AttributeKinds.S, _) => SqlColumnType.TextArray,
        (AttributeKinds.B, _) => SqlColumnType.BinaryArray,
        (AttributeKinds.N, SqlColumnType.Int16 or SqlColumnType.Int32 or SqlColumnType.Int64) => SqlColumnType.Int64Array,
        (AttributeKinds.N, SqlColumnType.Single or SqlColumnType.Double) => SqlColumnType.DoubleArray,
        (AttributeKinds.N, SqlColumnType.Numeric or SqlColumnType.Timestamp) => SqlColumnType.NumericArray,
        _ => SqlColumnType.Json,
    };
}
