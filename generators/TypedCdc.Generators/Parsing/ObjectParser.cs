// One type as it is made from a map of attributes: the item, or a model inside it.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>A parsed type with the symbols that messages need.</summary>
/// <param name="Candidates">Its members as they were found.</param>
/// <param name="Members">Its mapped members; the index is the ordinal.</param>
/// <param name="Model">What is emitted; null where no constructor fits.</param>
/// <param name="Patterns">The patterns of its keys.</param>
internal sealed record ParsedObject(List<MemberCandidate> Candidates, List<ParsedMember> Members, ObjectModel? Model, List<FoundPattern> Patterns);

/// <summary>Parses constructor and members.</summary>
internal static class ObjectParser
{
    /// <summary>Parses the context's type; null where it has nothing that could be mapped.</summary>
    public static ParsedObject? Parse(ParseContext context) => DerivedTypes.IsBase(context.Type)
        ? PolymorphicParser.Parse(context, DerivedTypes.DiscriminatorOf(context.Type, context.Table))
        : ParseOne(context);

    /// <summary>Parses the type itself, whatever derives from it.</summary>
    public static ParsedObject? ParseOne(ParseContext context)
    {
        var candidates = MemberCollector.Collect(context);
        if (candidates.Count == 0 && context.Base is null && !Microsoft.CodeAnalysis.SymbolEqualityComparer.Default.Equals(context.Type, context.Root))
        {
            return null;
        }

        foreach (var candidate in candidates)
        {
            candidate.GivenKeyRole = candidate.Name == context.PartitionKeyName ? KeyRole.Partition : candidate.Name == context.SortKeyName ? KeyRole.Sort : KeyRole.None;
        }

        var patterns = context.IsNested ? [] : KeyPatternParser.Find(context, candidates);
        var choice = ConstructorSelector.Select(context, candidates, out var reason);
        if (choice is null)
        {
            context.Report(Rules.NoConstructor, null, context.Type.Name, reason);
        }

        var members = new MemberParser(context, choice).Parse(candidates);
        if (choice is null)
        {
            return new(candidates, members, null, patterns);
        }

        return new(candidates, members, new()
        {
            FullName = ValueClassifier.NameOf(context.Type),
            Members = members.Select(static member => member.Model).ToEquatableArray(),
            Constructor = members.Select(static (member, ordinal) => (member, ordinal))
                .Where(static one => one.member.Parameter is not null)
                .OrderBy(static one => one.member.Parameter!.Ordinal)
                .Select(static one => new ConstructorArgument(one.ordinal, ModelShape.IdentifierOf(one.member.Parameter!.Name)))
                .ToEquatableArray(),
        }, patterns);
    }
}
