// What [CdcColumn] and [CdcIndex] say, as data.
namespace TypedCdc.Generators.Model;

/// <summary>A member's SQL column beyond its name.</summary>
/// <param name="IsIgnored">The member has none.</param>
/// <param name="OnUnfit">The member of <c>UnfitValue</c>; null where the annotation does not say it.</param>
/// <param name="Types">The types that it gives; null for none.</param>
internal sealed record ColumnModel(bool IsIgnored, string? OnUnfit, ColumnTypes? Types)
{
    /// <summary>What a member without an annotation has.</summary>
    public static readonly ColumnModel Default = new(false, null, null);
}

/// <summary>The types of a column in the dialects' own words; null where nothing is said.</summary>
internal sealed record ColumnTypes(string? Any, string? Postgres, string? Sqlite, string? CrateDb, string? Redshift);

/// <summary>An index.</summary>
/// <param name="Name">Its unquoted name.</param>
/// <param name="Members">The ordinals of its members, in its order.</param>
internal sealed record IndexModel(string Name, EquatableArray<int> Members);

/// <summary>The names of an enum, for whoever reads the schema.</summary>
internal sealed record EnumSchemaModel(EquatableArray<string> Names, EquatableArray<string> GivenNames, bool IsFlags, string? Fallback);
