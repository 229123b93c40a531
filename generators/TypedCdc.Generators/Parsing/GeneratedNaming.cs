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
        View: Choose(context, "View"),
        Codec: Free(context, "CdcCodec"),
        Items: new(Choose(context, "ToItem"), Choose(context, "FromItem"), ChooseForAws(context, "ToAttributeMap"), ChooseForAws(context, "FromAttributeMap")));

    /// <summary>The name of the class that holds what is generated for a type that cannot hold it itself.</summary>
    /// <param name="context">The model.</param>
    /// <param name="before">How many models of that class have the same name and come before.</param>
    public static string ChooseHolder(ParseContext context, int before)
    {
        // Not the model's own name: inside the class, and in its annotations, that must go on meaning the model.
        var name = context.Type.Name + "Model" + (before == 0 ? "" : (before + 1).ToString(CultureInfo.InvariantCulture));
        if (context.Root.GetMembers(name).IsEmpty && context.Root.Name != name)
        {
            return name;
        }

        var chosen = "Cdc" + name;
        context.Report(Rules.NameTaken, null, context.Root.Name, name, chosen);
        return chosen;
    }

    // Where the AWS SDK is not referenced the member is not generated, and its name is nobody's business.
    private static string ChooseForAws(ParseContext context, string name) =>
        context.Compilation.GetTypeByMetadataName(AwsSdk.AttributeValue) is null ? name : Choose(context, name);

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

    private static ISymbol? FindTaken(ParseContext context, string name) => context.Type.Name == name ? context.Type
        : !SymbolEqualityComparer.Default.Equals(context.Type, context.Root) && name != "Key" ? null // beside the model only the key's parameters can clash
        : MemberCollector.BasesFirst(context.Type).SelectMany(type => type.GetMembers(name)).FirstOrDefault();
}
