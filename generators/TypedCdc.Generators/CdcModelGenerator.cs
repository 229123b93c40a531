// The pipeline: annotated types → models → source, and beside it the diagnostics. Each step is named, so that tests can see what an edit costs.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Emission;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;
using TypedCdc.Sql;

namespace TypedCdc.Generators;

/// <summary>Writes decoder, key, schema and SQL of every type annotated with <c>[CdcTable]</c> or named by <c>[CdcModel]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CdcModelGenerator : IIncrementalGenerator
{
    internal const string ParseStep = "TypedCdc.Parse";
    internal const string ParseExternalStep = "TypedCdc.ParseExternal";
    internal const string ModelStep = "TypedCdc.Model";
    internal const string DiagnosticsStep = "TypedCdc.Diagnostics";
    internal const string IdentityStep = "TypedCdc.Identity";
    internal const string AmbiguityStep = "TypedCdc.Ambiguity";
    internal const string OptionsStep = "TypedCdc.Options";
    internal const string ReferencesStep = "TypedCdc.References";
    internal const string SourceStep = "TypedCdc.Source";

    // C# 14 as a number: Roslyn 4.14, which this is built with, has no name for it yet.
    private const int CSharp14 = 1400;

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Asked anew after every edit, but equal until the references change.
        var attributeMaps = context.CompilationProvider
            .Select(static (compilation, _) => compilation.GetTypeByMetadataName(AwsSdk.AttributeValue) is null ? null : AttributeMapEmitter.ConverterOf(compilation.AssemblyName))
            .WithTrackingName(ReferencesStep);

        var options = context.ParseOptionsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Combine(attributeMaps)
            .Select(static (pair, _) => GetOptions((CSharpParseOptions)pair.Left.Left, pair.Left.Right.GlobalOptions, pair.Right))
            .WithTrackingName(OptionsStep);

        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(Annotations.CdcTable, static (node, _) => node is TypeDeclarationSyntax, ModelParser.Parse)
            .WithTrackingName(ParseStep);

        var external = context.SyntaxProvider
            .ForAttributeWithMetadataName(Annotations.CdcModel, static (node, _) => node is TypeDeclarationSyntax, ModelParser.ParseExternal)
            .SelectMany(static (results, _) => results)
            .WithTrackingName(ParseExternalStep);
        var own = Register(context, parsed, options);
        var others = Register(context, external, options);

        var ambiguous = Identities(parsed).Combine(Identities(external))
            .SelectMany(static (models, _) => AmbiguousModels.Find(models.Left, models.Right))
            .WithTrackingName(AmbiguityStep)
            .Combine(context.CompilationProvider);
        context.RegisterSourceOutput(ambiguous, static (output, pair) => output.ReportDiagnostic(pair.Left.ToDiagnostic(pair.Right)));

        // One converter serves all models of a project.
        var converter = own.Collect().Combine(others.Collect())
            .Select(static (models, _) => models.Left.Length + models.Right.Length > 0)
            .Combine(attributeMaps)
            .Select(static (pair, _) => pair.Left ? pair.Right : null);
        context.RegisterSourceOutput(converter, static (output, name) =>
        {
            if (name is not null)
            {
                output.AddSource("TypedCdc.AttributeMaps.g.cs", SourceText.From(AttributeMapEmitter.EmitConverter(name), Utf8));
            }
        });
    }

    private static IncrementalValueProvider<ImmutableArray<ModelIdentity>> Identities(IncrementalValuesProvider<ParseResult> parsed) => parsed
        .Where(static result => result.Identity is not null)
        .Select(static (result, _) => result.Identity!)
        .WithTrackingName(IdentityStep)
        .Collect();

    private static IncrementalValuesProvider<TableModel> Register(
        IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<ParseResult> parsed, IncrementalValueProvider<GenerationOptions> options)
    {
        var models = parsed
            .Where(static result => result.Model is not null)
            .Select(static (result, _) => result.Model!)
            .WithTrackingName(ModelStep);
        context.RegisterSourceOutput(models.Combine(options).WithTrackingName(SourceStep), static (output, pair) => Emit(output, pair.Left, pair.Right));

        // Only mistakes are ever combined with the compilation, which gives them their place in it.
        var diagnostics = parsed
            .SelectMany(static (result, _) => result.Diagnostics)
            .Collect()

            // A mistake in a type that several models hold is one mistake.
            .SelectMany(static (all, _) => all.Distinct())
            .WithTrackingName(DiagnosticsStep)
            .Combine(context.CompilationProvider);
        context.RegisterSourceOutput(diagnostics, static (output, pair) => output.ReportDiagnostic(pair.Left.ToDiagnostic(pair.Right)));
        return models;
    }

    private static void Emit(SourceProductionContext output, TableModel model, GenerationOptions options)
    {
        output.AddSource(model.HintName + ".g.cs", SourceText.From(ModelEmitter.Emit(model, options), Utf8));
        if (options.HasRefStructInterfaces)
        {
            output.AddSource(model.HintName + ".View.g.cs", SourceText.From(ViewEmitter.Emit(model), Utf8));
        }

        if (options.AttributeMaps is not null)
        {
            output.AddSource(model.HintName + ".AttributeMap.g.cs", SourceText.From(AttributeMapEmitter.Emit(model, options.AttributeMaps), Utf8));
        }

        if (options.Dialects.Count > 0)
        {
            output.AddSource(model.HintName + ".Sql.g.cs", SourceText.From(SqlEmitter.Emit(model, options.Dialects), Utf8));
        }
    }

    private static GenerationOptions GetOptions(CSharpParseOptions parse, AnalyzerConfigOptions global, string? attributeMaps)
    {
        var dialects = global.TryGetValue("build_property.TypedCdcDialects", out var names) && !string.IsNullOrWhiteSpace(names)
            ? ParseDialects(names)
            : [SqlDatabase.Postgres, SqlDatabase.Sqlite];
        return new((int)parse.LanguageVersion >= CSharp14, parse.LanguageVersion >= LanguageVersion.CSharp13, dialects.Distinct().Select(static dialect => new SqlDialectChoice(dialect)).ToEquatableArray(), attributeMaps);
    }

    private static IEnumerable<SqlDatabase> ParseDialects(string names)
    {
        foreach (var name in names.Split(';', ','))
        {
            if (Enum.TryParse<SqlDatabase>(name.Trim(), ignoreCase: true, out var dialect) && Enum.IsDefined(typeof(SqlDatabase), dialect))
            {
                yield return dialect;
            }
        }
    }
}
