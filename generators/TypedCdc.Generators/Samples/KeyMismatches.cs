// Sample items of a table with several models that are of none of them although their key nearly is: what the program would count and not deliver.
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>Collects near misses while models are checked, and reports those that no other model takes.</summary>
internal sealed class KeyMismatches
{
    private readonly ConcurrentDictionary<SampleImage, bool> _taken = new(ByReference.Instance);
    private readonly ConcurrentBag<Mismatch> _found = [];

    /// <summary>An image is of a model.</summary>
    public void Take(SampleImage image) => _taken.TryAdd(image, true);

    /// <summary>An image is not of a model; notes it where its keys have the literals of all patterns.</summary>
    public void Check(TableModel model, string name, Location location, SampleImage image, SamplePlace place)
    {
        (string Pattern, string Part)? first = null;
        foreach (var pattern in model.Patterns)
        {
            if (image.Attributes.FirstOrDefault(attribute => attribute.Name == pattern.Attribute)?.Value is not { Kind: AttributeKinds.S } key)
            {
                return;
            }

            if (KeyLanguage.FindMismatch(pattern, key.Text) is { } part)
            {
                first ??= (pattern.Text, model.Members[pattern.Parts[part].Ordinal].Name);
            }
            else if (!KeyLanguage.Of(pattern).Matches(key.Text))
            {
                return;
            }
        }

        if (first is { } mismatch)
        {
            _found.Add(new(image, name, location, mismatch.Pattern, mismatch.Part, place));
        }
    }

    /// <summary>Each pattern and part once, with the first sample and how many there are.</summary>
    public IEnumerable<Diagnostic> Report() => _found.Where(found => !_taken.ContainsKey(found.Image))
        .GroupBy(static found => (found.Model, found.Pattern, found.Part))
        .Select(static group => (First: group.OrderBy(static one => one.Place.Sample.Path, System.StringComparer.Ordinal).ThenBy(static one => one.Place.Position).First(), Count: group.Count()))
        .OrderBy(static one => one.First.Model, System.StringComparer.Ordinal).ThenBy(static one => one.First.Part, System.StringComparer.Ordinal)
        .Select(static one => Diagnostic.Create(
            SampleRules.KeyMismatch, one.First.Location, one.First.Model, one.First.Pattern, one.First.Part,
            one.Count.ToString(CultureInfo.InvariantCulture) + (one.Count == 1 ? " sample" : " samples"), one.First.Place.ToString()));

    private sealed record Mismatch(SampleImage Image, string Model, Location Location, string Pattern, string Part, SamplePlace Place);

    // Two records may be alike, and each is one.
    private sealed class ByReference : IEqualityComparer<SampleImage>
    {
        public static readonly ByReference Instance = new();

        public bool Equals(SampleImage x, SampleImage y) => ReferenceEquals(x, y);

        public int GetHashCode(SampleImage image) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(image);
    }
}
