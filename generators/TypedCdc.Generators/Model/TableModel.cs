// Everything the emitter prints for one [CdcTable] type. Equal models give equal code, so an edit that leaves the model equal costs nothing.
using System.Collections.Generic;
using System.Linq;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Model;

/// <summary>A type around the model, opened again as partial: <c>partial class Outer</c>.</summary>
internal sealed record ContainingType(string Keyword, string Identifier);

/// <summary>A member that the generator adds to the model, under a name that the model does not use itself.</summary>
internal sealed record GeneratedNames(string Key, string Schema, string Attributes, string Sql, string View, string Codec, ItemMethodNames Items);

/// <summary>The methods that turn the model into an item and back.</summary>
internal sealed record ItemMethodNames(string ToItem, string FromItem, string ToAttributeMap, string FromAttributeMap);

/// <summary>A model.</summary>
internal sealed record TableModel
{
    /// <summary>The namespace; null for the global one.</summary>
    public required string? Namespace { get; init; }

    /// <summary>Outermost first.</summary>
    public required EquatableArray<ContainingType> ContainingTypes { get; init; }

    /// <summary>The type that generated members go into, as it is opened: <c>partial record Customer</c>.</summary>
    public required string Declaration { get; init; }

    /// <summary>Its name with <c>global::</c>; the model's own unless <c>[CdcModel]</c> stands on another class.</summary>
    public required string HolderName { get; init; }

    /// <summary>The model's name as C# writes it.</summary>
    public required string Identifier { get; init; }

    /// <summary>The name of the generated files, without extension.</summary>
    public required string HintName { get; init; }

    /// <summary>The model and the types around it are public, so the extension members are too.</summary>
    public required bool IsPublic { get; init; }

    public required string TableName { get; init; }

    public required string SqlName { get; init; }

    public required string? SqlSchema { get; init; }

    /// <summary>The convention for columns, a name in <c>TypedCdc.NamingPolicy</c>; null where the model does not say.</summary>
    public required string? ColumnNaming { get; init; }

    /// <summary>The indexes of the SQL table.</summary>
    public required EquatableArray<IndexModel> Indexes { get; init; }

    /// <summary>How items become the model.</summary>
    public required ObjectModel Object { get; init; }

    /// <summary>The models inside it, the enums with names of their own and the converters, each once.</summary>
    public required EquatableArray<NestedModel> Nested { get; init; }

    public required EquatableArray<EnumModel> Enums { get; init; }

    public required EquatableArray<ConverterModel> Converters { get; init; }

    /// <summary>-1 where a pattern makes it of parts.</summary>
    public required int PartitionKey { get; init; }

    /// <summary>-1 where there is none, or where a pattern makes it of parts.</summary>
    public required int SortKey { get; init; }

    /// <summary>The patterns of the keys.</summary>
    public required EquatableArray<KeyPatternModel> Patterns { get; init; }

    /// <summary>Attributes that no member has but that must be found; their ordinals follow those of the members.</summary>
    public required EquatableArray<HiddenAttribute> Hidden { get; init; }

    /// <summary>What tells an item of this model from others of its table; null where every item is one.</summary>
    public required Discrimination? Discrimination { get; init; }

    public required GeneratedNames Names { get; init; }

    /// <summary>A hash over names, types and keys.</summary>
    public required string Revision { get; init; }

    public string FullName => Object.FullName;

    /// <summary>Generated members stand in another class than the model.</summary>
    public bool IsHeldElsewhere => HolderName != FullName;

    public EquatableArray<MemberModel> Members => Object.Members;

    /// <summary>The ordinals of the key's members: the partition key or its parts, then those of the sort key that are not among them.</summary>
    public IEnumerable<int> KeyOrdinals() => KeyOrdinals(KeyRole.Partition).Concat(KeyOrdinals(KeyRole.Sort));

    /// <summary>The ordinals of one key's members.</summary>
    public IEnumerable<int> KeyOrdinals(KeyRole role) => KeyOf(role) >= 0
        ? [KeyOf(role)]
        : Patterns.Where(pattern => pattern.Role == role).SelectMany(static pattern => pattern.Parts)
            .Select(static part => part.Ordinal).Distinct().Where(ordinal => Members[ordinal].Key == role);

    /// <summary>The key's members.</summary>
    public IEnumerable<MemberModel> Keys() => KeyOrdinals().Select(ordinal => Members[ordinal]);

    /// <summary>The ordinal of the member that is the key; -1 for none.</summary>
    public int KeyOf(KeyRole role) => role == KeyRole.Partition ? PartitionKey : SortKey;

    /// <summary>The names of the key attributes in DynamoDB.</summary>
    public IEnumerable<string> KeyAttributes() => new[] { KeyRole.Partition, KeyRole.Sort }
        .Select(role => KeyOf(role) >= 0 ? Members[KeyOf(role)].AttributeName : Patterns.FirstOrDefault(pattern => pattern.Role == role)?.Attribute)
        .OfType<string>();
}

/// <summary>In a single-table design: the attribute and the value that mean this model.</summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Value">The value, an S.</param>
/// <param name="Ordinal">The member that has the attribute; where none has it, that of the hidden attribute, behind those of the members.</param>
internal sealed record Discrimination(string Attribute, string Value, int Ordinal);

/// <summary>What the project asks of the generator.</summary>
/// <param name="HasExtensionMembers">The language version has C# 14's extension members.</param>
/// <param name="HasRefStructInterfaces">The language version has C# 13's ref structs that implement interfaces, which views are.</param>
/// <param name="Dialects">The SQL dialects to write.</param>
/// <param name="AttributeMaps">The name of the class that converts the AWS SDK's attribute maps; null where the project does not reference that SDK.</param>
internal sealed record GenerationOptions(bool HasExtensionMembers, bool HasRefStructInterfaces, EquatableArray<SqlDialectChoice> Dialects, string? AttributeMaps);

/// <summary>A dialect; enums do not implement the IEquatable that arrays are compared by.</summary>
internal sealed record SqlDialectChoice(SqlDatabase Database);
