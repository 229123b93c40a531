// What a sample tells of an item: all of its attributes, or only its key.
using System.Collections.Generic;

namespace TypedCdc.Generators.Samples;

/// <summary>Which part of a record an image was.</summary>
internal enum SampleImageRole
{
    /// <summary>All attributes of the item.</summary>
    Item,

    /// <summary>The key attributes and nothing else.</summary>
    Keys,
}

/// <summary>An item, or its key, in a sample file.</summary>
/// <param name="Table">The table that the record names; null where it names none.</param>
/// <param name="Role">What the attributes are.</param>
/// <param name="Position">Where the record begins in the file's text.</param>
/// <param name="Attributes">The attributes.</param>
internal sealed record SampleImage(string? Table, SampleImageRole Role, int Position, IReadOnlyList<SampleAttribute> Attributes);
