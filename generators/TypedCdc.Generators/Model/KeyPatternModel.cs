// The text of a key attribute with members in it, and which texts it can be: for the emitter, for samples, and for the question whether two models can be told apart.
using System.Collections.Generic;
using System.Linq;

namespace TypedCdc.Generators.Model;

/// <summary>How a part of a key stands in its text: the factories of <c>TypedCdc.Decoding.KeyPart</c>.</summary>
internal enum KeyPartKind
{
    Text,
    Rest,
    Integer,
    Guid,
    Enum,
    Names,
    Date,
    Time,
}

/// <summary>A part of a key.</summary>
/// <param name="Ordinal">The member.</param>
/// <param name="Kind">How it stands.</param>
/// <param name="TypeName">The C# type of an integer or an enum.</param>
/// <param name="Width">The least number of digits; 0 for as many as are needed.</param>
/// <param name="Format">N for a UUID without dashes, the digits of a time's fraction; empty for the default.</param>
/// <param name="Names">The names of an enum; none where they are not all known.</param>
internal sealed record KeyPartModel(int Ordinal, KeyPartKind Kind, string TypeName, int Width, string Format, EquatableArray<string> Names);

/// <summary>The pattern of a key.</summary>
/// <param name="Attribute">The key's name in DynamoDB.</param>
/// <param name="Role">Which key it is.</param>
/// <param name="Source">The ordinal of the attribute: that of a member, or of one of the model's hidden attributes.</param>
/// <param name="Text">The pattern as the user wrote it.</param>
/// <param name="Literals">What stands before, between and behind the parts.</param>
/// <param name="Parts">The parts.</param>
internal sealed record KeyPatternModel(string Attribute, KeyRole Role, int Source, string Text, EquatableArray<string> Literals, EquatableArray<KeyPartModel> Parts)
{
    /// <summary>The characters that end a part of text or a name: as <c>TypedCdc.Decoding.KeyPattern</c> says.</summary>
    public string Separators(int part) => SeparatorsOf(Literals[part], Literals[part + 1]);

    /// <inheritdoc cref="Separators"/>
    public static string SeparatorsOf(string before, string behind) => new(
        before.Concat(behind).Where(static one => one < 128 && !char.IsLetterOrDigit(one)).Concat(behind.Take(1)).Distinct().ToArray());
}

/// <summary>An attribute that no member has but that must be found: a key that is split into parts, or a discriminator.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kinds">The kinds accepted.</param>
/// <param name="IsRequired">It must be there.</param>
/// <param name="Expected">What an error says was expected.</param>
/// <param name="About">What it is for, in a comment.</param>
internal sealed record HiddenAttribute(string Name, AttributeKinds Kinds, bool IsRequired, string Expected, string About);
