// The names of the members that the generator adds, kept out of the way of the user's own.
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>Chooses names.</summary>
internal static class GeneratedNaming
{
    public static GeneratedNames Choose(ParseContext context) => new(
        Key: Choose(context, "Key"),
        Schema: Choose(context, "Schema"),
        Attributes: Choose(context, "Attributes"),
        Sql: Choose(context, "Sql"),
        Codec: Free(context, "CdcCodec"));

    private static string Choose(ParseContext context, string name)
    {
        if (FindTaken(context, name) is not { } taken)
        {
            return name;
        }

        var chosen = Free(context, "Cdc" + name);
        context.Report(Rules.NameTaken, context.LocationOf(taken), context.Type.Name, name, chosen);
        return chosen;
    }

    private static string Free(ParseContext context, string name)
    {
        var free = name;
        for (var i = 2; FindTaken(context, free) is not null; i++)
        {
            free = name + i.ToString(CultureInfo.InvariantCulture);
        }

        return free;
    }

    private static ISymbol? FindTaken(ParseContext context, string name) => context.Type.Name == name
        ? context.Type
        : MemberCollector.BasesFirst(context.Type).SelectMany(type => type.GetMembers(name)).FirstOrDefault();
}
