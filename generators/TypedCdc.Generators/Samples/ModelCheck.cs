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
/// <param name="observed">The model and its items.</param>
/// <param name="location">Where what concerns the whole model is reported.</param>
/// <param name="naming">How the model names attributes.</param>
/// <param name="hidden">Attributes that need no member: keys that are split into parts, the discriminator.</param>
/// <param name="enums">The enums whose members have names of their own.</param>
/// <param name="report">Takes the diagnostics.</param>
internal sealed class ModelCheck(
    ObservedObject observed, Location location, NamingPolicy naming, EquatableArray<HiddenAttribute> hidden, EquatableArray<EnumModel> enums, Action<Diagnostic> report)
{
    private readonly INamedTypeSymbol _type = observed.Type;
    private readonly ItemObservation _items = observed.Items;
    private readonly string _noun = observed.IsNested ? "map" : "item";

    // Properties of a diagnostic, for its code fix.
    public const string AttributeNameProperty = "AttributeName";
    public const string MemberNameProperty = "MemberName";
    public const string MemberTypeProperty = "MemberType";
    public const string IsNamedByPolicyProperty = "IsNamedByPolicy";
    public const string IsAbsentProperty = "IsAbsent";

    /// <summary>Checks the members, and that every attribute has one.</summary>
    public void Run()
    {
        if (_items.Count == 0)
        {
            return;
        }

        var hasOverflow = false;
        foreach (var member in observed.Model.Members)
        {
            if (member.Shape.Kind == ValueKind.Overflow)
            {
                hasOverflow = true;
            }
            else if (!member.IsKeyPart)
            {
                Check(member);
            }
        }

        if (!hasOverflow)
        {
            ReportUnmapped();
        }
    }

    /// <summary>Reports a key in the samples that has other attributes than the model's.</summary>
    public void CheckKey(IEnumerable<string> keys, IReadOnlyList<SampleAttribute> sampleKey, SamplePlace place)
    {
        var modelNames = keys.ToList();
        var sampleNames = sampleKey.Select(static key => key.Name).ToList();
        if (!new HashSet<string>(modelNames, StringComparer.Ordinal).SetEquals(sampleNames))
        {
            report(Diagnostic.Create(SampleRules.OtherKey, location, [place.Sample.LocationOf(place.Position)], _type.Name, Quote(modelNames), Quote(sampleNames), place));
        }
    }

    private void Check(MemberModel member)
    {
        var attribute = _items[member.AttributeName];
        var symbol = ModelObservation.Find(_type, member.Name);
        var memberLocation = symbol?.Locations.FirstOrDefault(static one => one.IsInSource) ?? location;
        var memberType = ModelObservation.TypeOf(symbol)?.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat) ?? member.Shape.DisplayName;
        if (!CheckNullability(member, attribute, memberLocation) && attribute.Count == 0)
        {
            Report(SampleRules.NeverSeen, memberLocation, null, member.Name, member.AttributeName, Count(_items.Count));
        }

        var values = ModelObservation.Values(member, symbol, attribute).ToList();
        CheckKinds(member, memberType, values, memberLocation);
        CheckFit(member, memberType, values, memberLocation);
    }

    private void CheckKinds(MemberModel member, string memberType, List<ObservedValue> values, Location memberLocation)
    {
        var wrong = values.Where(static value => !value.IsOfKind).ToList();
        if (wrong.Count == 0)
        {
            return;
        }

        var first = wrong[0];
        var kinds = wrong.Where(value => value.IsElement == first.IsElement).Aggregate(AttributeKinds.None, static (kinds, value) => kinds | value.Value.Kind);
        Report(
            SampleRules.WrongType, memberLocation, first.Place, member.Name, memberType, (first.IsElement ? "elements that are " : "") + NameOf(first.Shape.Kinds),
            Number(wrong.Select(static value => value.Item).Distinct().Count()), Count(_items.Count), member.AttributeName, (first.IsElement ? "holds " : "is ") + NameOf(kinds), first.Place);
    }

    // True where the member is told to be missing, which says more than that it never occurs.
    private bool CheckNullability(MemberModel member, AttributeObservation attribute, Location memberLocation)
    {
        var absent = _items.Count - attribute.Count;
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
        var place = misses > 0 ? _items.FirstWithout(member.AttributeName) : attribute.FirstNull;
        var properties = ImmutableDictionary<string, string?>.Empty.Add(IsAbsentProperty, misses > 0 ? "true" : "false");
        report(Diagnostic.Create(
            SampleRules.Missing, memberLocation, Additional(place), properties, member.Name, member.AttributeName, how, Count(_items.Count), place, consequence));
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

    private void CheckFit(MemberModel member, string memberType, List<ObservedValue> values, Location memberLocation)
    {
        var checkedValues = values.Where(static value => value is { IsOfKind: true, Value.Kind: AttributeKinds.N or AttributeKinds.S, Type: not null }).ToList();
        var faults = checkedValues.Select(value => (Fault: FindFault(value), value.Place)).Where(static one => one.Fault is not null).ToList();
        if (faults.Count == 0)
        {
            return;
        }

        var numbers = checkedValues.Select(static value => value.Value.Kind == AttributeKinds.N ? SampleNumber.TryParse(value.Value.Text) : null).ToList();
        var remedy = faults.Exists(static one => one.Fault == NumberFit.NotATime) ? " Are they in another unit?"
            : numbers.TrueForAll(static number => number is not null) ? $" '{Short(NumberFit.TypeFor([.. numbers.Select(static number => number!.Value)]))}' holds them."
            : "";
        Report(
            SampleRules.DoesNotFit, memberLocation, faults[0].Place, member.Name, memberType, Number(faults.Count), Number(checkedValues.Count), member.AttributeName,
            string.Join(" and ", faults.Select(static one => one.Fault).Distinct()), faults[0].Place, remedy);
    }

    private string? FindFault(ObservedValue value)
    {
        var type = ValueClassifier.Underlying(value.Type!);
        return (value.Shape.Kind, value.Value.Kind) switch
        {
            // What a converter makes of a value is its own affair.
            (ValueKind.Converted, _) => null,
            (_, AttributeKinds.S) => TextFit.FindFault(value.Shape, type, value.Value.Text, enums),
            (var kind, _) => SampleNumber.TryParse(value.Value.Text) is { } number ? NumberFit.FindFault(kind, type, number) : null,
        };
    }

    private void ReportUnmapped()
    {
        var mapped = new HashSet<string>(observed.Model.Members.Select(static member => member.AttributeName), StringComparer.Ordinal);
        if (!observed.IsNested)
        {
            mapped.UnionWith(hidden.Select(static one => one.Name));
        }

        foreach (var name in _items.Names.Where(name => !mapped.Contains(name)))
        {
            var attribute = _items[name];
            var place = attribute.Places.Count > 0 ? attribute.Places[0] : attribute.FirstNull;
            report(Diagnostic.Create(
                SampleRules.Unmapped, location, Additional(place), SuggestMember(name, attribute),
                name, _type.Name, NameOf(attribute.Kinds), Number(attribute.Count), Count(_items.Count)));
        }
    }

    // Nothing where the type is not in this project: there is no place for a member.
    private ImmutableDictionary<string, string?> SuggestMember(string attributeName, AttributeObservation attribute)
    {
        if (_type.DeclaringSyntaxReferences.IsEmpty)
        {
            return ImmutableDictionary<string, string?>.Empty;
        }

        var memberName = MemberSuggestion.NameOf(attributeName, _type);
        return ImmutableDictionary<string, string?>.Empty
            .Add(AttributeNameProperty, attributeName)
            .Add(MemberNameProperty, memberName)
            .Add(MemberTypeProperty, MemberSuggestion.TypeOf(attribute.Values))
            .Add(IsNamedByPolicyProperty, NamingPolicies.Apply(naming, memberName) == attributeName ? "true" : "false");
    }

    private void Report(DiagnosticDescriptor rule, Location at, SamplePlace? place, params object?[] arguments) =>
        report(Diagnostic.Create(rule, at, Additional(place), arguments));

    private static IEnumerable<Location>? Additional(SamplePlace? place) => place is null ? null : [place.Sample.LocationOf(place.Position)];

    private static string NameOf(AttributeKinds kinds) => kinds.ToString().Replace(", ", " or ");

    private static string Quote(IEnumerable<string> names) => string.Join(" and ", names.Select(static name => "'" + name + "'"));

    private static string Short(string typeName) => typeName.Substring(typeName.LastIndexOf('.') + 1);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Count(int count) => Number(count) + " " + (count == 1 ? _noun : _noun + "s");
}
