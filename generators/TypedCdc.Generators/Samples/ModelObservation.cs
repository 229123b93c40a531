// The samples laid over a model: the items, and the maps inside them that nested models are read from.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Samples;

/// <summary>A value inside the values of one attribute, with what the model takes it for.</summary>
/// <param name="Value">The value.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Item">Which of the attribute's values it is in.</param>
/// <param name="Shape">What the model takes it for.</param>
/// <param name="Type">The C# type; null where it cannot be known.</param>
/// <param name="IsElement">It is an element of the attribute's value, or of an element.</param>
internal sealed record ObservedValue(SampleValue Value, SamplePlace Place, int Item, ValueShape Shape, ITypeSymbol? Type, bool IsElement)
{
    /// <summary>Whether the model can read it.</summary>
    public bool IsOfKind => (Value.Kind & Shape.Kinds) != 0;
}

/// <summary>Everything that was seen of a model and of the models inside it.</summary>
internal sealed class ModelObservation
{
    private readonly Dictionary<string, NestedModel> _nested;
    private readonly Dictionary<string, ObservedObject> _observed = [];

    public ModelObservation(TableModel model, INamedTypeSymbol type, ItemObservation items)
    {
        _nested = model.Nested.ToDictionary(static nested => nested.Codec);
        Objects.Add(new(model.Object, type, items, IsNested: false));
        foreach (var (item, place) in items.Items)
        {
            Collect(model.Object, type, item, place);
        }
    }

    /// <summary>The model, then the nested models in the order in which the samples show them.</summary>
    public List<ObservedObject> Objects { get; } = [];

    /// <summary>The values of an attribute and, in collections, the values inside them; not those inside nested models.</summary>
    public static IEnumerable<ObservedValue> Values(MemberModel member, ISymbol? symbol, AttributeObservation attribute)
    {
        for (var i = 0; i < attribute.Values.Count; i++)
        {
            foreach (var value in Flatten(new(attribute.Values[i], attribute.Places[i], i, member.Shape, TypeOf(symbol), IsElement: false)))
            {
                yield return value;
            }
        }
    }

    /// <summary>The member as the most derived type has it.</summary>
    public static ISymbol? Find(INamedTypeSymbol type, string name) => MemberCollector.BasesFirst(type).Reverse()
        .Select(one => one.GetMembers(name).FirstOrDefault(static member => member is IPropertySymbol or IFieldSymbol))
        .FirstOrDefault(static member => member is not null);

    /// <summary>The type of a property or field.</summary>
    public static ITypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        IPropertySymbol property => property.Type,
        IFieldSymbol field => field.Type,
        _ => null,
    };

    private static IEnumerable<ObservedValue> Flatten(ObservedValue value)
    {
        yield return value;
        if (!value.IsOfKind || value.Shape.Element is not { } elementShape)
        {
            yield break;
        }

        var elementType = ElementOf(value.Type);
        var elements = value.Value.Kind == AttributeKinds.M ? value.Value.Attributes.Select(static attribute => attribute.Value) : value.Value.Elements;
        foreach (var element in elements.Where(element => element.Kind != AttributeKinds.NULL || !value.Shape.IsElementNullable))
        {
            var place = value.Place with { Position = element.Position };
            foreach (var inner in Flatten(new(element, place, value.Item, elementShape, elementType, IsElement: true)))
            {
                yield return inner;
            }
        }
    }

    // List<T>, Dictionary<string, T>, T[].
    private static ITypeSymbol? ElementOf(ITypeSymbol? type) => Underlying(type) switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: > 0 } named => named.TypeArguments[named.TypeArguments.Length - 1],
        _ => null,
    };

    private static ITypeSymbol? Underlying(ITypeSymbol? type) => type is null ? null : ValueClassifier.Underlying(type);

    private void Collect(ObjectModel model, INamedTypeSymbol type, IReadOnlyList<SampleAttribute> item, SamplePlace place)
    {
        foreach (var attribute in item)
        {
            if (model.Members.FirstOrDefault(member => member.AttributeName == attribute.Name) is { } member
                && (member.Shape.Kind == ValueKind.Nested || member.Shape.Element is not null))
            {
                var value = new ObservedValue(attribute.Value, place with { Position = attribute.Value.Position }, 0, member.Shape, TypeOf(Find(type, member.Name)), IsElement: false);
                foreach (var inner in Flatten(value).Where(static inner => inner is { IsOfKind: true, Shape.Kind: ValueKind.Nested }))
                {
                    CollectNested(inner);
                }
            }
        }
    }

    private void CollectNested(ObservedValue value)
    {
        if (value.Shape.Codec is not { } codec || !_nested.TryGetValue(codec, out var nested) || Underlying(value.Type) is not INamedTypeSymbol type)
        {
            return;
        }

        if (!_observed.TryGetValue(codec, out var observed))
        {
            _observed.Add(codec, observed = new(nested.Object, type, new(), IsNested: true));
            Objects.Add(observed);
        }

        observed.Items.Add(value.Value.Attributes, value.Place);
        Collect(nested.Object, type, value.Value.Attributes, value.Place);
    }
}

/// <summary>A model and what was seen of it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Type">Its type.</param>
/// <param name="Items">The items, or the maps.</param>
/// <param name="IsNested">It is a model inside another.</param>
internal sealed record ObservedObject(ObjectModel Model, INamedTypeSymbol Type, ItemObservation Items, bool IsNested);
