// What every step of parsing one type needs. Lives for one call; nothing of it reaches the model.
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;

namespace TypedCdc.Generators.Parsing;

/// <summary>The type being parsed, and the diagnostics found so far.</summary>
internal sealed class ParseContext(INamedTypeSymbol type, Location location, Compilation compilation, CancellationToken cancellation)
{
    public INamedTypeSymbol Type { get; } = type;

    /// <summary>The type's name where the annotation stands.</summary>
    public Location Location { get; } = location;

    public Compilation Compilation { get; } = compilation;

    public CancellationToken Cancellation { get; } = cancellation;

    public List<DiagnosticInfo> Diagnostics { get; } = [];

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments) =>
        Diagnostics.Add(DiagnosticInfo.Create(rule, location ?? Location, arguments));

    /// <summary>Where the user wrote the symbol; the type's name where that is in another assembly.</summary>
    public Location LocationOf(ISymbol symbol) => symbol.Locations.FirstOrDefault(static location => location.IsInSource) ?? Location;
}
