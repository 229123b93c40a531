// One model against the items of its table: what would fail, be lost, or never come.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Samples;

/// <summary>Compares the members of a model with what the samples show of their attributes.</summary>
/// <param name="type">The model's type.</param>
/// <param name="location">Where what concerns the whole model is reported.</param>
/// <param name="naming">How the model names attributes.</param>
/// <param name="noun">What the samples are samples of: <c>item</c>, or <c>map</c> for a nested model.</param>
/// <param name="report">Takes the diagnostics.</param>
internal sealed class ModelCheck(INamedTypeSymbol type, Location location, NamingPolicy naming, string noun, Action<Diagnostic> report)
{
    // Properties of a diagnostic, for its code fix.
    public const string AttributeNameProperty = "AttributeName";
    public const string MemberNameProperty = "MemberName";
    public const string MemberTypeProperty = "MemberType";
    public const string IsNamedByPolicyProperty = "IsNamedByPolicy";
    public const string IsAbsentProperty = "IsAbsent";

    /// <summary>Checks the members, and that every attribute has one.</summary>
    public void Run(IReadOnlyCollection<MemberModel> members, ItemObservation items)
    {
        if (items.Count == 0)
        {
            return;
        }

        foreach (var member in members)
        {
            Check(member, items);
        }

        if (!HasOverflow())
        {
            ReportUnmapped(members, items);
        }
    }

    /// <summary>Reports a key in the samples that has other attributes than the model's.</summary>
    public void CheckKey(IEnumerable<MemberModel> keys, IReadOnlyList<SampleAttribute> sampleKey, SamplePlace place)
    {
        var modelNames = keys.Select(static key => key.AttributeName).ToList();
        var sampleNames = sampleKey.Select(static key => key.Name).ToList();
        if (!new HashSet<string>(modelNames, StringComparer.Ordinal).SetEquals(sampleNames))
        {
            report(Diagnostic.Create(SampleRules.OtherKey, location, [place.Sample.LocationOf(place.Position)], type.Name, Quote(modelNames), Quote(sampleNames), place));
        }
    }

    private void Check(MemberModel member, ItemObservation items)
    {
        var attribute = items[member.AttributeName];
        var symbol = Find(member.Name);
        var memberLocation = symbol?.Locations.FirstOrDefault(static one => one.IsInSource) ?? location;
        var memberType = TypeOf(symbol)?.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat) ?? member.Shape.DisplayName;
        if (!CheckNullability(member, attribute, items, memberLocation) && attribute.Count == 0)
        {
            Report(SampleRules.NeverSeen, memberLocation, null, member.Name, member.AttributeName, Count(items.Count, noun));
        }

        var wrong = attribute.Values.FindIndex(value => (value.Kind & member.Shape.Kinds) == 0);
        if (wrong >= 0)
        {
            var all = attribute.Values.Where(value => (value.Kind & member.Shape.Kinds) == 0).ToList();
            var kinds = all.Aggregate(AttributeKinds.None, static (kinds, value) => kinds | value.Kind);
            Report(
                SampleRules.WrongType, memberLocation, attribute.Places[wrong], member.Name, memberType, NameOf(member.Shape.Kinds),
                Number(all.Count), Count(items.Count, noun), member.AttributeName, NameOf(kinds), attribute.Places[wrong]);
        }

        CheckNumbers(member, memberType, attribute, symbol, memberLocation);
    }

    // True where the member is told to be missing, which says more than that it never occurs.
    private bool CheckNullability(MemberModel member, AttributeObservation attribute, ItemObservation items, Location memberLocation)
    {
        var absent = items.Count - attribute.Count;
        var canBeAbsent = !member.IsRequired && (member.IsNullable || !HasNothingElse(member) || attribute.Count == 0);
        var misses = canBeAbsent ? 0 : absent;
        var nulls = member.IsNullable ? 0 : attribute.Nulls;
        if (misses + nulls == 0)
        {
            return false;
        }

        var how = (misses, nulls) switch
        {
            (0, _) => "NULL in " + Number(nulls),
            (_, 0) => "absent from " + Number(misses),
            _ => "absent from " + Number(misses) + " and NULL in " + Number(nulls),
        };
        var consequence = nulls > 0 || member.IsRequired ? "such items fail to decode" : "it silently becomes " + DefaultOf(member);
        var place = misses > 0 ? items.FirstWithout(member.AttributeName) : attribute.FirstNull;
        var properties = ImmutableDictionary<string, string?>.Empty.Add(IsAbsentProperty, misses > 0 ? "true" : "false");
        report(Diagnostic.Create(
            SampleRules.Missing, memberLocation, Additional(place), properties, member.Name, member.AttributeName, how, Count(items.Count, noun), place, consequence));
        return true;
    }

    /// <summary>An absent attribute leaves the member at its type's default, because nothing of the user's says otherwise.</summary>
    private static bool HasNothingElse(MemberModel member) =>
        member.Filling == Filling.Initializer || (member.Filling == Filling.Constructor && member.DefaultValue is null);

    private static string DefaultOf(MemberModel member) => member.Shape.Kind switch
    {
        ValueKind.Boolean => "false",
        ValueKind.Integer or ValueKind.Decimal or ValueKind.Double or ValueKind.Single => "0",
        _ => "the default of its type",
    };

    private void CheckNumbers(MemberModel member, string memberType, AttributeObservation attribute, ISymbol? symbol, Location memberLocation)
    {
        if (TypeOf(symbol) is not { } numeric || (member.Shape.Kinds & AttributeKinds.N) == 0)
        {
            return;
        }

        numeric = numeric is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : numeric;
        var numbers = new List<SampleNumber>();
        var faults = new List<(string Fault, SamplePlace Place)>();
        for (var i = 0; i < attribute.Values.Count; i++)
        {
            if (attribute.Values[i].Kind == AttributeKinds.N && SampleNumber.TryParse(attribute.Values[i].Text) is { } number)
            {
                numbers.Add(number);
                if (NumberFit.FindFault(numeric, number) is { } fault)
                {
                    faults.Add((fault, attribute.Places[i]));
                }
            }
        }

        if (faults.Count > 0)
        {
            Report(
                SampleRules.DoesNotFit, memberLocation, faults[0].Place, member.Name, memberType, Number(faults.Count), Number(numbers.Count), member.AttributeName,
                string.Join(" and ", faults.Select(static one => one.Fault).Distinct()), faults[0].Place, Short(NumberFit.TypeFor(numbers)));
        }
    }

    private void ReportUnmapped(IReadOnlyCollection<MemberModel> members, ItemObservation items)
    {
        var mapped = new HashSet<string>(members.Select(static member => member.AttributeName), StringComparer.Ordinal);
        foreach (var name in items.Names.Where(name => !mapped.Contains(name)))
        {
            var attribute = items[name];
            var memberName = MemberSuggestion.NameOf(name, type);
            var properties = ImmutableDictionary<string, string?>.Empty
                .Add(AttributeNameProperty, name)
                .Add(MemberNameProperty, memberName)
                .Add(MemberTypeProperty, MemberSuggestion.TypeOf(attribute.Values))
                .Add(IsNamedByPolicyProperty, NamingPolicies.Apply(naming, memberName) == name ? "true" : "false");
            var place = attribute.Places.Count > 0 ? attribute.Places[0] : attribute.FirstNull;
            report(Diagnostic.Create(
                SampleRules.Unmapped, location, Additional(place), properties,
                name, type.Name, NameOf(attribute.Kinds), Number(attribute.Count), Count(items.Count, noun)));
        }
    }

    private bool HasOverflow() => MemberCollector.BasesFirst(type).SelectMany(static one => one.GetMembers())
        .Any(static member => Annotations.Find(member.GetAttributes(), "CdcOverflowAttribute") is not null);

    private ISymbol? Find(string name) => MemberCollector.BasesFirst(type).Reverse()
        .Select(one => one.GetMembers(name).FirstOrDefault(static member => member is IPropertySymbol or IFieldSymbol))
        .FirstOrDefault(static member => member is not null);

    private static ITypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        IPropertySymbol property => property.Type,
        IFieldSymbol field => field.Type,
        _ => null,
    };

    private void Report(DiagnosticDescriptor rule, Location at, SamplePlace? place, params object?[] arguments) =>
        report(Diagnostic.Create(rule, at, Additional(place), arguments));

    private static IEnumerable<Location>? Additional(SamplePlace? place) => place is null ? null : [place.Sample.LocationOf(place.Position)];

    private static string NameOf(AttributeKinds kinds) => kinds.ToString().Replace(", ", " or ");

    private static string Quote(IEnumerable<string> names) => string.Join(" and ", names.Select(static name => "'" + name + "'"));

    private static string Short(string typeName) => typeName.Substring(typeName.LastIndexOf('.') + 1);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Count(int count, string noun) => Number(count) + " " + (count == 1 ? noun : noun + "s");
}
