// A C# type as a random model uses it, with what it means a second time: System.Text.Json, big integers, and nothing of ours.
using System.Text.Json;

namespace TypedCdc.Generators.Tests.RandomModels;

/// <summary>A type, how a value of it stands in an item, and what it is as text.</summary>
/// <param name="CSharp">The type, without <c>?</c>.</param>
/// <param name="IsValueType">It is a struct.</param>
/// <param name="Kind">The kind of attribute value.</param>
/// <param name="Make">A value as it stands behind the kind, most of them ones that fit.</param>
/// <param name="Read">What such a value means; a <see cref="FormatException"/> where it does not fit.</param>
/// <param name="Show">The same of an object of the type.</param>
internal sealed record Shape(string CSharp, bool IsValueType, string Kind, Func<Random, string> Make, Func<JsonElement, string> Read, Func<object, string> Show)
{
    /// <summary>What the annotation of a member of this type has to say; null for nothing.</summary>
    public string? Annotation { get; init; }

    /// <summary>An expression for an initializer, and its text; null where there is none.</summary>
    public (string Expression, string Text)? Initial { get; init; }

    /// <summary>Whether DynamoDB takes it as a key, and the model as one without a warning.</summary>
    public bool CanBeKey { get; init; }

    /// <summary>The kind of the set of such values; null for none.</summary>
    public string? SetKind => Kind switch { "S" => "SS", "N" => "NS", "B" => "BS", _ => null };

    /// <summary>What a list holds, where it reads the set of such values too.</summary>
    public Shape? SetElement { get; init; }

    /// <summary>Reads a whole attribute value, <c>{"S":"…"}</c>.</summary>
    public string ReadValue(JsonElement value)
    {
        var only = value.EnumerateObject().Single();
        return only.Name == Kind ? Read(only.Value)
            : SetElement is { } element && only.Name == element.SetKind ? $"[{string.Join(",", only.Value.EnumerateArray().Select(element.Read))}]"
            : throw new FormatException("kind");
    }

    /// <summary>Makes a whole attribute value.</summary>
    public string MakeValue(Random random) => $"{{\"{Kind}\":{Make(random)}}}";
}
