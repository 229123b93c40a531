// DynamoDB JSON as the analyzer sees it: a value with its kind, and where it stands in the sample file.
using System;
using System.Collections.Generic;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>An attribute of an item or a map.</summary>
internal sealed record SampleAttribute(string Name, SampleValue Value);

/// <summary>An attribute value.</summary>
/// <param name="Kind">Its one kind.</param>
/// <param name="Position">Where it begins in the sample file's text.</param>
/// <param name="Text">An S, an N or a B as text; else empty.</param>
/// <param name="Attributes">The attributes of an M.</param>
/// <param name="Elements">The elements of an L or a set.</param>
internal sealed record SampleValue(
    AttributeKinds Kind, int Position, string Text, IReadOnlyList<SampleAttribute> Attributes, IReadOnlyList<SampleValue> Elements)
{
    private static readonly SampleAttribute[] NoAttributes = [];
    private static readonly SampleValue[] NoElements = [];

    /// <summary>Reads <c>{"N":"8"}</c>.</summary>
    /// <exception cref="SampleJsonException">This is no attribute value.</exception>
    public static SampleValue Read(SampleJson json)
    {
        // Serialized SDK objects have every type, all but one null.
        var descriptor = -1;
        for (var i = 0; i < json.Names.Count && json.Kind == SampleJsonKind.Object; i++)
        {
            if (json.Names.Count == 1 || json.Values[i].Kind != SampleJsonKind.Null)
            {
                descriptor = descriptor == -1 ? i : -2;
            }
        }

        if (descriptor < 0)
        {
            throw new SampleJsonException(json.Start, "has an attribute that is not an object with one type, such as {\"S\":\"…\"}");
        }

        var (name, value) = (json.Names[descriptor], json.Values[descriptor]);
        return name switch
        {
            "S" => ReadText(json, AttributeKinds.S, value, static _ => true),
            "N" => ReadText(json, AttributeKinds.N, value, IsNumber),
            "B" => ReadText(json, AttributeKinds.B, value, IsBase64),
            "BOOL" when value.Kind is SampleJsonKind.True or SampleJsonKind.False => new(AttributeKinds.BOOL, json.Start, "", NoAttributes, NoElements),
            "NULL" when value.Kind is SampleJsonKind.True => new(AttributeKinds.NULL, json.Start, "", NoAttributes, NoElements),
            "M" when value.Kind is SampleJsonKind.Object => new(AttributeKinds.M, json.Start, "", ReadAttributes(value), NoElements),
            "L" when value.Kind is SampleJsonKind.Array => new(AttributeKinds.L, json.Start, "", NoAttributes, value.Values.ConvertAll(Read)),
            "SS" => ReadSet(json, AttributeKinds.SS, AttributeKinds.S, value, static _ => true),
            "NS" => ReadSet(json, AttributeKinds.NS, AttributeKinds.N, value, IsNumber),
            "BS" => ReadSet(json, AttributeKinds.BS, AttributeKinds.B, value, IsBase64),
            _ => throw NotAValue(json, name),
        };
    }

    /// <summary>Reads the attributes of an item or of a map.</summary>
    /// <exception cref="SampleJsonException">These are no attributes.</exception>
    public static IReadOnlyList<SampleAttribute> ReadAttributes(SampleJson json)
    {
        if (json.Kind != SampleJsonKind.Object)
        {
            throw new SampleJsonException(json.Start, "has something else where an object of attributes belongs");
        }

        var attributes = new List<SampleAttribute>(json.Names.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < json.Names.Count; i++)
        {
            if (!names.Add(json.Names[i]))
            {
                throw new SampleJsonException(json.Values[i].Start, $"has the attribute '{json.Names[i]}' twice");
            }

            attributes.Add(new(json.Names[i], Read(json.Values[i])));
        }

        return attributes;
    }

    private static SampleValue ReadText(SampleJson json, AttributeKinds kind, SampleJson value, Func<string, bool> isValid) =>
        value.Kind == SampleJsonKind.String && isValid(value.Text)
            ? new(kind, json.Start, value.Text, NoAttributes, NoElements)
            : throw NotAValue(json, kind.ToString());

    private static SampleValue ReadSet(SampleJson json, AttributeKinds kind, AttributeKinds elementKind, SampleJson value, Func<string, bool> isValid) =>
        value.Kind == SampleJsonKind.Array && value.Values.TrueForAll(element => element.Kind == SampleJsonKind.String && isValid(element.Text))
            ? new(kind, json.Start, "", NoAttributes, value.Values.ConvertAll(element => new SampleValue(elementKind, element.Start, element.Text, NoAttributes, NoElements)))
            : throw NotAValue(json, kind.ToString());

    private static bool IsNumber(string text) => SampleNumber.TryParse(text) is not null;

    private static bool IsBase64(string text)
    {
        try
        {
            _ = Convert.FromBase64String(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static SampleJsonException NotAValue(SampleJson json, string type) =>
        new(json.Start, $"has an attribute value with the type '{type}' and a content that does not go with it");
}
