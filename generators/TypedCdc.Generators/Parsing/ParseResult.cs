// What parsing one annotated type gave. Model and diagnostics go separate ways from here.
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <param name="Model">The model; null where a mistake leaves nothing to emit.</param>
/// <param name="Diagnostics">The mistakes.</param>
internal sealed record ParseResult(TableModel? Model, EquatableArray<DiagnosticInfo> Diagnostics);
