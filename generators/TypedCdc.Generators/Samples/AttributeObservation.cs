// What the samples say about one attribute.
using System.Collections.Generic;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>Occurrences of an attribute in the samples.</summary>
internal sealed class AttributeObservation
{
    /// <summary>Every value but NULL, in the samples' order.</summary>
    public List<SampleValue> Values { get; } = [];

    /// <summary>How often it was NULL.</summary>
    public int Nulls { get; private set; }

    /// <summary>Where it was first NULL; null where it never was.</summary>
    public SamplePlace? FirstNull { get; private set; }

    /// <summary>Where each of <see cref="Values"/> stands.</summary>
    public List<SamplePlace> Places { get; } = [];

    /// <summary>How many items have it, be it as NULL.</summary>
    public int Count => Values.Count + Nulls;

    /// <summary>The kinds seen, NULL included.</summary>
    public AttributeKinds Kinds { get; private set; }

    public void Add(SampleValue value, Sample sample)
    {
        Kinds |= value.Kind;
        var place = new SamplePlace(sample, value.Position);
        if (value.Kind == AttributeKinds.NULL)
        {
            Nulls++;
            FirstNull ??= place;
            return;
        }

        Values.Add(value);
        Places.Add(place);
    }
}
