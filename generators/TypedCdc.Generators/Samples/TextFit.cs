// Which texts a C# type reads, by the decoder's rules; in doubt a text fits.
using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>Checks texts against types.</summary>
internal static class TextFit
{
    /// <summary>Why a value of the shape does not read the text, as the rest of a sentence; null where it does.</summary>
    /// <param name="shape">What the text is read as.</param>
    /// <param name="type">Its type, without <c>Nullable&lt;T&gt;</c>.</param>
    /// <param name="text">The S.</param>
    /// <param name="enums">The enums whose members have names of their own.</param>
    public static string? FindFault(ValueShape shape, ITypeSymbol type, string text, EquatableArray<EnumModel> enums) => shape.Kind switch
    {
        ValueKind.Guid => Guid.TryParse(text, out _) ? null : "they are no UUIDs",
        ValueKind.Char => text.Length == 1 ? null : "they are not one character",
        ValueKind.Enum or ValueKind.NamedEnum => shape.Enum?.Fallback is not null || IsNameOf(type, text) || HasName(shape, text, enums) ? null : "they name no member of " + type.Name,
        // ISO 8601 has the year first; that is what tells it from how people write dates.
        ValueKind.DateTimeOffset or ValueKind.DateTime or ValueKind.DateOnly => text.Length >= 4 && text.Take(4).All(static one => one is >= '0' and <= '9') ? null : "they are not ISO 8601",
        _ => null,
    };

    // Flags are several names.
    private static bool IsNameOf(ITypeSymbol type, string text) => text.Split(',').All(
        name => type.GetMembers().OfType<IFieldSymbol>().Any(field => field.HasConstantValue && string.Equals(field.Name, name.Trim(), StringComparison.OrdinalIgnoreCase)));

    private static bool HasName(ValueShape shape, string text, EquatableArray<EnumModel> enums) => shape.Codec is { } codec
        && enums.Where(one => one.Codec == codec).SelectMany(static one => one.Names).Any(one => string.Equals(one.Name, text, StringComparison.OrdinalIgnoreCase));
}
