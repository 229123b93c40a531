// Finds, while the program compiles, what would otherwise fail when it starts: a type that is used as a model and is none.
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using TypedCdc.Generators.Parsing;

namespace TypedCdc.Generators.Usage;

/// <summary>Checks the type arguments of calls that need a model, and types that have a key but no table.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelUsageAnalyzer : DiagnosticAnalyzer
{
    // On the type parameters of methods that need a model: TypedCdc's own, and those that users annotate.
    private const string ModelType = "CdcModelTypeAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => UsageRules.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(Annotations.CdcTable) is null)
            {
                return;
            }

            var models = new KnownModels(start.Compilation);
            start.RegisterOperationAction(
                operation =>
                {
                    var call = (IInvocationOperation)operation.Operation;
                    CheckArguments(operation, call.TargetMethod, call.Syntax, models);
                },
                OperationKind.Invocation);
            start.RegisterOperationAction(
                operation => CheckArguments(operation, ((IMethodReferenceOperation)operation.Operation).Method, operation.Operation.Syntax, models), OperationKind.MethodReference);
            start.RegisterSymbolAction(symbol => CheckKey(symbol, models), SymbolKind.NamedType);
        });
    }

    private static void CheckArguments(OperationAnalysisContext context, IMethodSymbol method, SyntaxNode syntax, KnownModels models)
    {
        for (var i = 0; i < method.TypeArguments.Length; i++)
        {
            // A type parameter of the caller's is checked where the caller is called, if it is annotated.
            if (method.TypeArguments[i] is { TypeKind: not (TypeKind.TypeParameter or TypeKind.Error or TypeKind.Dynamic) } type
                && method.OriginalDefinition.TypeParameters[i].GetAttributes().Any(IsModelType)
                && (type is not INamedTypeSymbol named || !models.Contains(named)))
            {
                var declaration = type.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.CancellationToken) as TypeDeclarationSyntax;
                context.ReportDiagnostic(Diagnostic.Create(
                    UsageRules.NotAModel, LocationOf(syntax, i), declaration is null ? null : [declaration.Identifier.GetLocation()],
                    type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), method.Name));
            }
        }
    }

    private static bool IsModelType(AttributeData attribute) =>
        attribute.AttributeClass is { Name: ModelType, ContainingNamespace: { Name: "Decoding", ContainingNamespace: { Name: "TypedCdc", ContainingNamespace.IsGlobalNamespace: true } } };

    // At the type argument where it is written; else, where it is inferred, at the method's name.
    private static Location LocationOf(SyntaxNode syntax, int argument)
    {
        var called = syntax is InvocationExpressionSyntax invocation ? invocation.Expression : syntax;
        var name = called switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            SimpleNameSyntax simple => simple,
            _ => null,
        };
        return name is GenericNameSyntax generic && argument < generic.TypeArgumentList.Arguments.Count
            ? generic.TypeArgumentList.Arguments[argument].GetLocation()
            : (name ?? called).GetLocation();
    }

    // The base of a model has keys without a table, and an abstract or generic type can be nothing else.
    private static void CheckKey(SymbolAnalysisContext context, KnownModels models)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type is { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false, IsStatic: false, IsGenericType: false }
            && HasKey(type) && !models.IsRelated(type)
            && type.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.CancellationToken) is TypeDeclarationSyntax declaration)
        {
            context.ReportDiagnostic(Diagnostic.Create(UsageRules.KeyWithoutTable, declaration.Identifier.GetLocation(), [declaration.Identifier.GetLocation()], type.Name));
        }
    }

    private static bool HasKey(INamedTypeSymbol type) => IsKey(type)
        || type.GetMembers().Any(static member => member is IPropertySymbol or IFieldSymbol && IsKey(member))
        || type.InstanceConstructors.Any(static constructor => constructor.Parameters.Any(IsKey));

    private static bool IsKey(ISymbol symbol) => Annotations.Find(symbol.GetAttributes(), Annotations.PartitionKey) is not null;
}
