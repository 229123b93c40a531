// The member that a code fix adds for an attribute that no member maps: its C# type by the samples, its name by C#'s custom.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>Suggests members.</summary>
internal static class MemberSuggestion
{
    private const string Collections = "global::System.Collections.Generic.";
    private const string AnyJson = "global::System.Text.Json.JsonElement";

    // What records and the generator add, beside the members of object.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "Clone", "EqualityContract", "PrintMembers", "Deconstruct", "Key", "Schema", "Attributes", "Sql", "View",
    };

    /// <summary>A C# type, not nullable, that holds every value.</summary>
    public static string TypeOf(IReadOnlyCollection<SampleValue> values)
    {
        if (values.Count == 0)
        {
            return "string";
        }

        var kinds = values.Aggregate(AttributeKinds.None, static (kinds, value) => kinds | value.Kind);
        return kinds switch
        {
            AttributeKinds.S => "string",
            AttributeKinds.N => NumberFit.TypeFor(Numbers(values)),
            AttributeKinds.B => "byte[]",
            AttributeKinds.BOOL => "bool",
            AttributeKinds.SS => Collections + "HashSet<string>",
            AttributeKinds.NS => Collections + "HashSet<" + NumberFit.TypeFor(Numbers(values.SelectMany(static value => value.Elements))) + ">",
            AttributeKinds.BS => Collections + "List<byte[]>",
            AttributeKinds.L => ListOf(values.SelectMany(static value => value.Elements).ToList()),
            _ => AnyJson,
        };
    }

    /// <summary>A name for a member of the type that reads the attribute.</summary>
    public static string NameOf(string attributeName, INamedTypeSymbol type)
    {
        var name = ToPascalCase(attributeName);
        var free = IsTaken(name, type) ? name + "Value" : name;
        for (var i = 2; IsTaken(free, type); i++)
        {
            free = name + i.ToString(CultureInfo.InvariantCulture);
        }

        return free;
    }

    private static string ListOf(List<SampleValue> elements) =>
        elements.Count > 0 && elements.All(element => element.Kind == elements[0].Kind) && elements[0].Kind is AttributeKinds.S or AttributeKinds.N or AttributeKinds.BOOL
            ? Collections + "List<" + TypeOf(elements) + ">"
            : AnyJson;

    private static List<SampleNumber> Numbers(IEnumerable<SampleValue> values) =>
        values.Select(static value => SampleNumber.TryParse(value.Text)!.Value).ToList();

    // first_name, firstName, "first name", FIRST_NAME: FirstName.
    private static string ToPascalCase(string attributeName)
    {
        var shouts = attributeName.Any(static one => !char.IsLetterOrDigit(one)) && !attributeName.Any(char.IsLower);
        var name = new StringBuilder(attributeName.Length + 1);
        var startsWord = true;
        foreach (var character in attributeName)
        {
            if (!char.IsLetterOrDigit(character))
            {
                startsWord = true;
                continue;
            }

            name.Append(startsWord ? char.ToUpperInvariant(character) : shouts ? char.ToLowerInvariant(character) : character);
            startsWord = false;
        }

        return name.Length == 0 || char.IsDigit(name[0]) ? "Attribute" + name : name.ToString();
    }

    private static bool IsTaken(string name, INamedTypeSymbol type)
    {
        if (type.Name == name || Reserved.Contains(name))
        {
            return true;
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (!current.GetMembers(name).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
