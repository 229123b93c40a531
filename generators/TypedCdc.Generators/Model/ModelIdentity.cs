// What is asked of all models of a compilation together: which items each takes for its own.
namespace TypedCdc.Generators.Model;

/// <summary>How a model's items are told from others.</summary>
/// <param name="TypeName">The model's type, with <c>global::</c>.</param>
/// <param name="Name">The model as messages name it.</param>
/// <param name="TableName">Its table.</param>
/// <param name="Patterns">The patterns of its keys.</param>
/// <param name="Discriminator">The attribute that is asked; null for none.</param>
/// <param name="Values">The values of it that mean this model.</param>
/// <param name="Path">The file of the place where it is said.</param>
/// <param name="Start">Where the place begins.</param>
/// <param name="Length">How long it is.</param>
internal sealed record ModelIdentity(
    string TypeName, string Name, string TableName, EquatableArray<KeyPatternModel> Patterns, string? Discriminator, EquatableArray<string> Values, string Path, int Start, int Length);
