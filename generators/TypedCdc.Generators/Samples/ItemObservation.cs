// What the samples say about the items of one model, or about the maps that a nested model is read from.
using System;
using System.Collections.Generic;

namespace TypedCdc.Generators.Samples;

/// <summary>Items of one kind: how many, and which attributes they have.</summary>
internal sealed class ItemObservation
{
    private readonly Dictionary<string, AttributeObservation> _attributes = new(StringComparer.Ordinal);
    private readonly List<(IReadOnlyList<SampleAttribute> Item, SamplePlace Place)> _items = [];

    /// <summary>The items.</summary>
    public IReadOnlyList<(IReadOnlyList<SampleAttribute> Item, SamplePlace Place)> Items => _items;

    /// <summary>How many items there were.</summary>
    public int Count => _items.Count;

    /// <summary>The names of all attributes, in the order in which they were first seen.</summary>
    public List<string> Names { get; } = [];

    /// <summary>What was seen of an attribute; nothing of it is an observation too.</summary>
    public AttributeObservation this[string name] => _attributes.TryGetValue(name, out var attribute) ? attribute : new();

    public void Add(IReadOnlyList<SampleAttribute> item, SamplePlace place)
    {
        _items.Add((item, place));
        foreach (var attribute in item)
        {
            if (!_attributes.TryGetValue(attribute.Name, out var observation))
            {
                _attributes.Add(attribute.Name, observation = new());
                Names.Add(attribute.Name);
            }

            observation.Add(attribute.Value, place.Sample);
        }
    }

    /// <summary>The first item without the attribute; null where all have it.</summary>
    public SamplePlace? FirstWithout(string name)
    {
        foreach (var (item, place) in _items)
        {
            var has = false;
            foreach (var attribute in item)
            {
                has |= attribute.Name == name;
            }

            if (!has)
            {
                return place;
            }
        }

        return null;
    }
}
