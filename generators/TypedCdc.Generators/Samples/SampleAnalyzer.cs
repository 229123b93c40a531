// Compares sample changes and items with the models while they compile. Without <CdcSample> items it costs a look at the list of additional files.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Samples;

/// <summary>Checks models against samples.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SampleAnalyzer : DiagnosticAnalyzer
{
    // Set on AdditionalFiles by TypedCdc.targets.
    private const string MarkerOption = "build_metadata.AdditionalFiles.CdcSample";
    private const string TableOption = "build_metadata.AdditionalFiles.CdcSampleTable";

    // The compiler keeps what was read of a text for as long as the text lives, over all edits elsewhere.
    private static readonly SourceTextValueProvider<SampleFile> Files = new(SampleFile.Read);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => SampleRules.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        var samples = GetSamples(context.Options, text => context.TryGetValue(text, Files, out var file) ? file : null, context.CancellationToken).ToList();
        if (samples.Count == 0)
        {
            return;
        }

        var mismatches = new KeyMismatches();
        var tables = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        context.RegisterAdditionalFileAction(file =>
        {
            foreach (var sample in samples.Where(sample => sample.Path == file.AdditionalFile.Path))
            {
                ReportFile(sample, file.ReportDiagnostic);
            }
        });
        context.RegisterSymbolAction(
            symbol =>
            {
                // A model with a mistake has a table all the same: the mistake is said, and that nobody reads the file would be a second one that is none.
                foreach (var table in ModelParser.TableNames((INamedTypeSymbol)symbol.Symbol))
                {
                    tables.TryAdd(table, true);
                }

                foreach (var model in ModelParser.ParseAll((INamedTypeSymbol)symbol.Symbol, symbol.Compilation, symbol.CancellationToken))
                {
                    Check(model, samples, mismatches, symbol.ReportDiagnostic);
                }
            },
            SymbolKind.NamedType);
        context.RegisterCompilationEndAction(end =>
        {
            foreach (var sample in samples)
            {
                ReportNotRead(sample, tables.ContainsKey, end.ReportDiagnostic);
            }

            foreach (var mismatch in mismatches.Report())
            {
                end.ReportDiagnostic(mismatch);
            }
        });
    }

    private static IEnumerable<Sample> GetSamples(AnalyzerOptions project, Func<SourceText, SampleFile?> read, CancellationToken cancellation)
    {
        foreach (var file in project.AdditionalFiles)
        {
            var options = project.AnalyzerConfigOptionsProvider.GetOptions(file);
            if (options.TryGetValue(MarkerOption, out var marker) && string.Equals(marker, "true", StringComparison.OrdinalIgnoreCase)
                && file.GetText(cancellation) is { } text && read(text) is { } content)
            {
                yield return new(file.Path, text, options.TryGetValue(TableOption, out var table) && table.Length > 0 ? table : null, content);
            }
        }
    }

    private static void Check(AnnotatedModel annotated, List<Sample> samples, KeyMismatches mismatches, Action<Diagnostic> report)
    {
        var model = annotated.Model;
        var items = new ItemObservation();
        (IReadOnlyList<SampleAttribute> Attributes, SamplePlace Place)? key = null;
        foreach (var sample in samples)
        {
            foreach (var image in sample.File.Images.Where(image => sample.TableOf(image) == model.TableName))
            {
                var place = new SamplePlace(sample, image.Position);
                if (IsOfKey(model, image))
                {
                    mismatches.Take(image);
                }
                else
                {
                    mismatches.Check(model, annotated.Type.Name, annotated.Location, image, place);
                }

                if (image.Role == SampleImageRole.Keys)
                {
                    if (IsOfKey(model, image))
                    {
                        key ??= (image.Attributes, place);
                    }
                }
                else if (IsOf(model, image))
                {
                    items.Add(image.Attributes, place);
                }
            }
        }

        foreach (var observed in new ModelObservation(model, annotated.Type, items).Objects)
        {
            // A nested type from elsewhere is told of where the model is.
            var location = observed.IsNested ? observed.Type.Locations.FirstOrDefault(static one => one.IsInSource) ?? annotated.Location : annotated.Location;
            var naming = observed.IsNested && annotated.Naming == NamingPolicy.LowerFirstOfItem ? NamingPolicy.Exact : annotated.Naming;
            var check = new ModelCheck(observed, location, naming, model.Hidden, model.Enums, report);
            if (!observed.IsNested && key is { } sampleKey)
            {
                check.CheckKey(model.KeyAttributes(), sampleKey.Attributes, sampleKey.Place);
            }

            check.Run();
        }
    }

    // In a table of several models, only the items that say they are of this one.
    private static bool IsOf(TableModel model, SampleImage image) => IsOfKey(model, image)
        && (model.Discrimination is not { } discrimination
            || image.Attributes.Any(attribute => attribute.Name == discrimination.Attribute && attribute.Value is { Kind: AttributeKinds.S } value && value.Text == discrimination.Value));

    private static bool IsOfKey(TableModel model, SampleImage image) => model.Patterns.All(pattern => image.Attributes.Any(attribute =>
        attribute.Name == pattern.Attribute && attribute.Value is { Kind: AttributeKinds.S } value && KeyLanguage.Of(pattern).Matches(value.Text)));

    private static void ReportFile(Sample sample, Action<Diagnostic> report)
    {
        if (sample.File.IsTooLarge)
        {
            report(Diagnostic.Create(SampleRules.TooLarge, sample.LocationOf(0)));
        }

        foreach (var fault in sample.File.Faults)
        {
            report(Diagnostic.Create(SampleRules.Broken, sample.LocationOf(fault.Position), fault.Message));
        }

        if (sample.File.StoppedAt is { } position)
        {
            var records = sample.File.Records.ToString(System.Globalization.CultureInfo.InvariantCulture) + (sample.File.Records == 1 ? " record" : " records");
            report(Diagnostic.Create(SampleRules.Stopped, sample.LocationOf(position), records));
        }
    }

    private static void ReportNotRead(Sample sample, Func<string, bool> isModelled, Action<Diagnostic> report)
    {
        var tables = sample.File.Images.Select(sample.TableOf).Distinct().ToList();
        if (sample.File.IsTooLarge || tables.Exists(table => table is not null && isModelled(table)))
        {
            return;
        }

        var named = tables.OfType<string>().Select(static table => "'" + table + "'").ToList();
        var reason = tables.Count == 0 ? "it has no records"
            : named.Count == 0 ? "its records name no table; give <CdcSample> a Table"
            : "none has the table " + string.Join(" or ", named.Take(5)) + "; give <CdcSample> the Table of a [CdcTable]";
        report(Diagnostic.Create(SampleRules.NotRead, sample.LocationOf(0), reason));
    }
}
