using System.Collections.Immutable;

namespace TypedCdc.Schema;

/// <summary>The names by which an enum stands in an S.</summary>
public sealed record EnumSchema
{
    /// <summary>The names of its members in C#, which are read in any case.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The names that <c>[EnumMember]</c> or <c>[JsonStringEnumMemberName]</c> gives members, which are read in exactly their case.</summary>
    public ImmutableArray<string> GivenNames { get; init; } = [];

    /// <summary>The enum has <see cref="FlagsAttribute"/>: several of <see cref="Names"/>, parted by commas, are one value.</summary>
    public bool IsFlags { get; init; }

    /// <summary>The member that an unknown name is read as (<see cref="CdcEnumFallbackAttribute"/>); null where an unknown name is an error.</summary>
    public string? Fallback { get; init; }

    /// <summary>Whether the decoder reads a text: the name of a value of the enum, or any text where there is a <see cref="Fallback"/>.</summary>
    public bool IsName(ReadOnlySpan<char> text)
    {
        if (Fallback is not null)
        {
            return true;
        }

        foreach (var given in GivenNames)
        {
            if (text.SequenceEqual(given))
            {
                return true;
            }
        }

        if (!IsFlags || !text.Contains(','))
        {
            return IsMember(text);
        }

        if (text.IsEmpty || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            return false;
        }

        foreach (var range in text.Split(','))
        {
            if (!IsMember(text[range].Trim()))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsMember(ReadOnlySpan<char> text)
    {
        foreach (var name in Names)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
