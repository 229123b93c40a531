// Where a rule's page is on the web: below the repository's address, where the build knows one. The pages are in the package in any case, under docs/rules.
using System.Linq;
using System.Reflection;

namespace TypedCdc.Generators.Diagnostics;

/// <summary>Links to the pages of rules.</summary>
internal static class HelpLink
{
    private static readonly string? Repository = typeof(HelpLink).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(static one => one.Key == "RepositoryUrl")?.Value.TrimEnd('/');

    /// <summary>The page of a rule; null where this build has no repository address.</summary>
    public static string? Of(string rule) => string.IsNullOrEmpty(Repository) ? null : $"{Repository}/blob/main/src/TypedCdc/docs/rules/{rule}.md";
}
