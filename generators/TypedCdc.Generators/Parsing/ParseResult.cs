// What parsing one annotated type gave. Model and diagnostics go separate ways from here.
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <param name="Model">The model; null where a mistake leaves nothing to emit.</param>
/// <param name="Identity">What is compared with the other models; null where there is no model.</param>
/// <param name="Diagnostics">The mistakes.</param>
internal sealed record ParseResult(TableModel? Model, ModelIdentity? Identity, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>A model as analyzers need it, with its symbols.</summary>
/// <param name="Type">The type that is the model.</param>
/// <param name="Model">The model.</param>
/// <param name="Location">Where what concerns all of it is reported.</param>
/// <param name="Naming">How it names attributes.</param>
internal sealed record AnnotatedModel(Microsoft.CodeAnalysis.INamedTypeSymbol Type, TableModel Model, Microsoft.CodeAnalysis.Location Location, NamingPolicy Naming);
