// [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")], on the model or on a member: which members are parts of the key, and how each stands in its text.
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>A pattern before the members have ordinals.</summary>
/// <param name="Role">The key.</param>
/// <param name="Holder">The member that it stands on; null for the model.</param>
/// <param name="Attribute">The key's name in DynamoDB.</param>
/// <param name="Text">Its text.</param>
/// <param name="Location">Where what is wrong with it is said.</param>
internal sealed record FoundPattern(KeyRole Role, MemberCandidate? Holder, string Attribute, KeyPatternText Text, Location? Location);

/// <summary>Finds and checks key patterns.</summary>
internal static class KeyPatternParser
{
    // A zero-filled number is read back from an N, which is a number up to here in any case.
    private const int MaximumWidth = 38;

    /// <summary>Finds the patterns, and marks the members that are parts of them.</summary>
    public static List<FoundPattern> Find(ParseContext context, List<MemberCandidate> candidates)
    {
        var found = new List<FoundPattern>();
        foreach (var (role, name) in new[] { (KeyRole.Partition, Annotations.PartitionKey), (KeyRole.Sort, Annotations.SortKey) })
        {
            if (Annotations.Find((context.Base ?? context.Type).GetAttributes(), name) is { } onModel)
            {
                Add(context, found, role, null, onModel);
            }

            foreach (var candidate in candidates.Where(static candidate => !candidate.IsIgnored))
            {
                if (Annotations.Find(candidate.Annotations, name) is { } onMember && Annotations.GetNamedString(onMember, "Pattern") is not null)
                {
                    Add(context, found, role, candidate, onMember);
                }
            }
        }

        foreach (var pattern in found)
        {
            foreach (var part in pattern.Text.Parts)
            {
                if (candidates.Find(candidate => candidate.Name == part.Name && !candidate.IsIgnored && !candidate.IsOverflow) is { } member && member != pattern.Holder)
                {
                    // On the model the parts are the key; on a member, that member is.
                    member.PartOf ??= pattern.Attribute;
                    member.PartRole = pattern.Holder is null && member.PartRole == KeyRole.None ? pattern.Role : member.PartRole;
                }
            }
        }

        return found;
    }

    /// <summary>The patterns with the ordinals of their members; the attributes that no member has are added to <paramref name="hidden"/>.</summary>
    public static List<KeyPatternModel> Finish(ParseContext context, List<FoundPattern> found, List<ParsedMember> members, List<HiddenAttribute> hidden)
    {
        var patterns = new List<KeyPatternModel>();
        var formats = new Dictionary<string, string>();
        foreach (var pattern in found)
        {
            var parts = new List<KeyPartModel>();
            var fault = FindHolderFault(pattern, members);
            for (var i = 0; i < pattern.Text.Parts.Count && fault is null; i++)
            {
                fault = FindFault(context, pattern, i, members, formats, out var part);
                if (part is not null)
                {
                    parts.Add(part);
                }
            }

            if (fault is not null)
            {
                Report(context, pattern, fault);
                continue;
            }

            var source = members.FindIndex(member => !member.Model.IsKeyPart && member.Model.AttributeName == pattern.Attribute);
            if (source < 0)
            {
                source = members.Count + hidden.Count;
                hidden.Add(new(pattern.Attribute, AttributeKinds.S, true, "a key of the form " + pattern.Text.Text, $"the {NameOf(pattern.Role)}, of which members are parts"));
            }

            patterns.Add(new(pattern.Attribute, pattern.Role, source, pattern.Text.Text, pattern.Text.Literals.ToEquatableArray(), parts.ToEquatableArray()));
        }

        if (context.Diagnostics.TrueForAll(static one => one.Id != Rules.KeyPattern.Id) && found.Exists(static pattern => pattern.Holder is null)
            && !members.Exists(static member => member.Model.Key != KeyRole.None))
        {
            Report(context, found.First(static pattern => pattern.Holder is null), "no key of the model names a member, so that there is nothing to be its typed key; put it on a string member");
        }

        return patterns;
    }

    public static string NameOf(KeyRole role) => role == KeyRole.Partition ? "partition key" : "sort key";

    private static void Add(ParseContext context, List<FoundPattern> found, KeyRole role, MemberCandidate? holder, AttributeData annotation)
    {
        var location = Annotations.GetLocation(annotation, "Pattern", context.Cancellation) ?? Annotations.GetWholeLocation(annotation, context.Cancellation);
        var text = KeyPatternText.Parse(Annotations.GetNamedString(annotation, "Pattern") ?? "", out var fault);
        var attribute = holder is null ? Annotations.GetFirstString(annotation) : holder.GivenName ?? NamingPolicies.Apply(context.Naming, holder.Name);
        var pattern = new FoundPattern(role, holder, attribute ?? "", text, location);
        if (holder is null && (attribute is not { Length: > 0 } || Annotations.GetNamedString(annotation, "Pattern") is null))
        {
            fault = "on a type, the annotation says the attribute's name and a Pattern";
        }

        if (fault is not null)
        {
            context.Report(Rules.KeyPattern, location, text.Text, fault);
        }
        else
        {
            found.Add(pattern);
        }
    }

    private static string? FindHolderFault(FoundPattern pattern, List<ParsedMember> members)
    {
        var holder = members.Find(member => !member.Model.IsKeyPart && member.Model.AttributeName == pattern.Attribute);
        return holder is not null && holder.Model.Shape.Kind != ValueKind.String ? $"'{holder.Model.Name}', which holds it, is no string" : null;
    }

    private static string? FindFault(
        ParseContext context, FoundPattern pattern, int index, List<ParsedMember> members, Dictionary<string, string> formats, out KeyPartModel? model)
    {
        model = null;
        var part = pattern.Text.Parts[index];
        var ordinal = members.FindIndex(member => member.Model.Name == part.Name);
        if (ordinal < 0 || members[ordinal].Candidate == pattern.Holder || !members[ordinal].Model.IsKeyPart)
        {
            return part.Name.Length == 0 ? "braces stand around the name of a member, and here is none"
                : $"'{part.Name}' is no member of '{context.Type.Name}' that could be a part of it";
        }

        var member = members[ordinal];
        var behind = pattern.Text.Literals[index + 1];
        if (member.Candidate.IsNullable)
        {
            return $"'{part.Name}' can be null, and a key never is";
        }

        if (member.Candidate.GivenName is not null)
        {
            return $"'{part.Name}' has an attribute of its own, but a part is read from the key";
        }

        if (!member.Model.CanRead)
        {
            return $"'{part.Name}' cannot be read, so the key cannot be written";
        }

        if (part.IsRest && (member.Model.Shape.Kind != ValueKind.String || behind.Length > 0 || index + 1 < pattern.Text.Parts.Count || part.Format.Length > 0))
        {
            return $"'{part}' takes everything that is left, so it is a string at the end";
        }

        if (formats.TryGetValue(part.Name, out var format) && format != part.Format)
        {
            return $"'{part.Name}' is a part of both keys, with another format in each";
        }

        formats[part.Name] = part.Format;
        if (Classify(part, ordinal, member, out var fault) is not { } classified)
        {
            return fault ?? $"'{part.Name}' is of type '{member.Model.Shape.DisplayName}', which has no text of its own that a key could hold";
        }

        var separators = KeyPatternModel.SeparatorsOf(pattern.Text.Literals[index], behind);
        if (classified.Kind == KeyPartKind.Integer && behind.Length > 0 && behind[0] is >= '0' and <= '9')
        {
            return $"a digit stands behind '{part}', so that nobody can say where the number ends";
        }

        if (classified.Names.FirstOrDefault(name => name.IndexOfAny(separators.ToCharArray()) >= 0) is { } name)
        {
            return $"the name '{name}' of '{member.Model.Shape.DisplayName}' holds a character that separates the parts";
        }

        model = classified;
        return null;
    }

    private static KeyPartModel? Classify(KeyPatternPart part, int ordinal, ParsedMember member, out string? fault)
    {
        var shape = member.Model.Shape;
        fault = null;
        var width = 0;
        var hasWidth = part.Format.Length > 1 && part.Format[0] == 'D'
            && int.TryParse(part.Format.Substring(1), NumberStyles.None, CultureInfo.InvariantCulture, out width) && width is >= 1 and <= MaximumWidth;
        var template = shape.Kind is ValueKind.DateTime or ValueKind.DateTimeOffset ? KeyTimeFormat.Find(part.Format, shape.Kind == ValueKind.DateTime) : null;
        var isFraction = part.Format.Length is >= 1 and <= 7 && part.Format.All(static one => one == 'f');
        var (kind, type) = shape.Kind switch
        {
            ValueKind.String => (part.IsRest ? KeyPartKind.Rest : KeyPartKind.Text, ""),
            ValueKind.Integer => (KeyPartKind.Integer, shape.TypeName),
            ValueKind.EnumNumber => (KeyPartKind.Integer, ((INamedTypeSymbol)member.Candidate.UnderlyingType).EnumUnderlyingType!.ToDisplayString()),
            ValueKind.UnixSeconds or ValueKind.UnixMilliseconds => (KeyPartKind.Integer, "long"),
            ValueKind.Guid => (KeyPartKind.Guid, ""),
            ValueKind.Enum => (KeyPartKind.Enum, shape.TypeName),
            ValueKind.NamedEnum => (KeyPartKind.Names, ""),
            ValueKind.DateOnly => (KeyPartKind.Date, ""),
            ValueKind.DateTime or ValueKind.DateTimeOffset => (KeyPartKind.Time, ""),
            _ => ((KeyPartKind?)null, ""),
        };
        if (kind is not { } known)
        {
            return null;
        }

        var isKnownFormat = part.Format.Length == 0 || known switch
        {
            KeyPartKind.Integer => hasWidth,
            KeyPartKind.Guid => part.Format is "N" or "D",
            KeyPartKind.Time => isFraction || template is not null,
            KeyPartKind.Date => part.Format is "O" or "o" or KeyTimeFormat.Day,
            _ => false,
        };
        if (!isKnownFormat)
        {
            fault = $"'{part}' has a format that its type does not have: D8 is for integers, N for UUIDs, and O, fff, or ISO 8601 such as yyyy-MM-dd or yyyy-MM-ddTHH:mm:sszzz for times";
            return null;
        }

        var format = part.Format == "D" || hasWidth || known == KeyPartKind.Date ? "" : template ?? part.Format;
        return new(ordinal, known, type, hasWidth ? width : 0, format, known is KeyPartKind.Enum or KeyPartKind.Names ? NamesOf(member.Candidate.UnderlyingType) : EquatableArray<string>.Empty);
    }

    // One name a value: another name of the same value would be another key for it. Of flags the names can be put together, so they are not all known.
    private static EquatableArray<string> NamesOf(ITypeSymbol type) =>
        type.GetAttributes().Any(static attribute => attribute.AttributeClass?.ToDisplayString() == "System.FlagsAttribute")
            ? EquatableArray<string>.Empty
            : type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue)
                .GroupBy(static field => field.ConstantValue).Select(static same => same.First())
                .Select(ValueClassifier.EnumNameOf).ToEquatableArray();

    private static void Report(ParseContext context, FoundPattern pattern, string fault) => context.Report(Rules.KeyPattern, pattern.Location, pattern.Text.Text, fault);
}
