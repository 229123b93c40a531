using System.Reflection;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Tests;

/// <summary>A symbol, node or location in the model would keep a whole compilation alive and never be equal to the next one.</summary>
public sealed class ModelPurityTests
{
    [Fact]
    public void What_the_pipeline_carries_is_data_that_compares_by_value()
    {
        var seen = new HashSet<Type>();
        Walk(typeof(ParseResult), seen, nameof(ParseResult));
        Walk(typeof(TableModel), seen, nameof(TableModel));
        Walk(typeof(GenerationOptions), seen, nameof(GenerationOptions));
        Assert.Contains(typeof(MemberModel), seen);
        Assert.Contains(typeof(ValueShape), seen);
    }

    [Fact]
    public void The_walk_finds_what_it_looks_for()
    {
        Assert.ThrowsAny<Exception>(() => Walk(typeof(HoldsSymbol), [], "test"));
        Assert.ThrowsAny<Exception>(() => Walk(typeof(EquatableArray<HoldsLocation>), [], "test"));
        Assert.ThrowsAny<Exception>(() => Walk(typeof(HoldsArray), [], "test"));
    }

    private static void Walk(Type type, HashSet<Type> seen, string path)
    {
        if (!seen.Add(type) || type.IsPrimitive || type.IsEnum || type == typeof(string))
        {
            return;
        }

        Assert.False(type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{path} holds {type}.");
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>))
        {
            Walk(type.GenericTypeArguments[0], seen, path + "[]");
            return;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            Walk(underlying, seen, path);
            return;
        }

        Assert.True(type.GetMethod("<Clone>$") is not null, $"{path} is {type}, which is not a record.");
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Walk(field.FieldType, seen, $"{path}.{field.Name}");
        }
    }

    private sealed record HoldsSymbol(INamedTypeSymbol Symbol);

    private sealed record HoldsLocation(Location Location);

    private sealed record HoldsArray(string[] Names);
}
