// A property or field of the model before it is decided how it gets its value.
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>A member with its annotations, which may stand on the parameter of a positional record.</summary>
internal sealed class MemberCandidate
{
    private readonly CancellationToken _cancellation;

    public MemberCandidate(ISymbol symbol, CancellationToken cancellation)
    {
        Symbol = symbol;
        _cancellation = cancellation;
        Annotations = symbol.GetAttributes().ToList();
    }

    public ISymbol Symbol { get; }

    public string Name => Symbol.Name;

    public List<AttributeData> Annotations { get; }

    public ITypeSymbol Type => Symbol is IPropertySymbol property ? property.Type : ((IFieldSymbol)Symbol).Type;

    /// <summary>The type without <c>Nullable&lt;T&gt;</c>.</summary>
    public ITypeSymbol UnderlyingType => ValueClassifier.Underlying(Type);

    /// <summary>Null is a value of the member.</summary>
    public bool IsNullable => ValueClassifier.IsNullable(Type);

    /// <summary>What the annotations say of how values stand.</summary>
    public ValueOptions Options => new(
        Parsing.Annotations.Find(Annotations, Parsing.Annotations.UnixTime) is { } unix
            ? unix.ConstructorArguments.FirstOrDefault().Value is 1 ? ValueKind.UnixMilliseconds : ValueKind.UnixSeconds
            : AwsAnnotations.IsEpoch(Annotations) ? ValueKind.UnixSeconds : null,
        Parsing.Annotations.Find(Annotations, Parsing.Annotations.EnumNumber) is not null);

    public bool IsOverflow => Parsing.Annotations.Find(Annotations, Parsing.Annotations.CdcOverflow) is not null;

    public bool IsRequired => Symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true };

    public bool IsIgnored => Parsing.Annotations.Find(Annotations, Parsing.Annotations.CdcIgnore) is not null || AwsAnnotations.Find(Annotations, AwsAnnotations.Ignore) is not null;

    /// <summary>What <c>[CdcModel]</c> says of a member that says nothing itself.</summary>
    public KeyRole GivenKeyRole { get; set; }

    /// <summary>The key attribute that the member is a part of, by a pattern; null for none.</summary>
    public string? PartOf { get; set; }

    /// <summary>The key that the part stands for, where no member holds it.</summary>
    public KeyRole PartRole { get; set; }

    public KeyRole KeyRole => PartOf is not null ? PartRole : GivenKeyRole != KeyRole.None ? GivenKeyRole : IsPartitionKey ? KeyRole.Partition : IsSortKey ? KeyRole.Sort : KeyRole.None;

    private bool IsPartitionKey =>
        Parsing.Annotations.Find(Annotations, Parsing.Annotations.PartitionKey) is not null || AwsAnnotations.Find(Annotations, AwsAnnotations.HashKey) is not null;

    private bool IsSortKey =>
        Parsing.Annotations.Find(Annotations, Parsing.Annotations.SortKey) is not null || AwsAnnotations.Find(Annotations, AwsAnnotations.RangeKey) is not null;

    /// <summary>The attribute's name where an annotation gives it.</summary>
    public string? GivenName
    {
        get
        {
            foreach (var name in new[] { Parsing.Annotations.PartitionKey, Parsing.Annotations.SortKey, Parsing.Annotations.CdcAttribute })
            {
                if (Parsing.Annotations.Find(Annotations, name) is { } annotation && Parsing.Annotations.GetFirstString(annotation) is { } given)
                {
                    return given;
                }
            }

            return AwsAnnotations.GetAttributeName(Annotations);
        }
    }

    /// <summary>The user asked for the member to be mapped.</summary>
    public bool IsAnnotated => PartOf is not null || KeyRole != KeyRole.None || IsOverflow || Parsing.Annotations.Find(Annotations, Parsing.Annotations.CdcAttribute) is not null
        || AwsAnnotations.IsAnnotated(Annotations);

    /// <summary>The setter, which an override may leave to its base.</summary>
    public IMethodSymbol? Setter
    {
        get
        {
            for (var property = Symbol as IPropertySymbol; property is not null; property = property.OverriddenProperty)
            {
                if (property.SetMethod is { } setter)
                {
                    return setter;
                }
            }

            return null;
        }
    }

    /// <summary>The getter, which an override may leave to its base.</summary>
    public IMethodSymbol? Getter
    {
        get
        {
            for (var property = Symbol as IPropertySymbol; property is not null; property = property.OverriddenProperty)
            {
                if (property.GetMethod is { } getter)
                {
                    return getter;
                }
            }

            return null;
        }
    }

    /// <summary>Something other than the constructor can set it.</summary>
    public bool IsWritable => Symbol is IFieldSymbol { IsReadOnly: false } || Setter is not null;

    /// <summary>
    /// Storage with nothing in it but what is set: an automatic property or a field, without an initializer, declared in this project.
    /// Of anything else it is unknown what it holds to begin with, so it is left alone unless the attribute is there.
    /// </summary>
    public bool IsEmptyStorage()
    {
        var syntax = Symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancellation);
        return syntax switch
        {
            PropertyDeclarationSyntax property => property.Initializer is null
                && property.ExpressionBody is null
                && property.AccessorList is { } accessors
                && accessors.Accessors.All(static accessor => accessor.Body is null && accessor.ExpressionBody is null)
                && Symbol is IPropertySymbol { IsAbstract: false, IsPartialDefinition: false },
            ParameterSyntax => true,
            VariableDeclaratorSyntax field => field.Initializer is null,
            _ => false,
        };
    }
}
