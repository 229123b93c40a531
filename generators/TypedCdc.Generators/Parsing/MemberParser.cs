// From a candidate to a mapped member: attribute, type, and how it gets its value.
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>A member's model with the symbols that messages need.</summary>
/// <param name="Candidate">The member.</param>
/// <param name="Parameter">The constructor's parameter that takes it; null for none.</param>
/// <param name="Model">What is emitted.</param>
internal sealed record ParsedMember(MemberCandidate Candidate, IParameterSymbol? Parameter, MemberModel Model);

/// <summary>Parses the members of one model.</summary>
internal sealed class MemberParser(ParseContext context, ConstructorChoice? choice)
{
    // Amazon DynamoDB developer guide, "Quotas in Amazon DynamoDB", attribute names.
    private const int MaximumKeyNameBytes = 255;
    private const int MaximumNameBytes = 65535;

    public List<ParsedMember> Parse(IEnumerable<MemberCandidate> candidates)
    {
        var members = new List<ParsedMember>();
        foreach (var candidate in candidates)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (Parse(candidate) is not { } member)
            {
                continue;
            }

            if (member.Model.Shape.IsOverflow && members.Exists(static other => other.Model.Shape.IsOverflow))
            {
                context.Report(Rules.WrongOverflow, context.LocationOf(candidate.Symbol), candidate.Name, "another member takes them already");
                continue;
            }

            if (!member.Model.IsKeyPart && members.FirstOrDefault(other => !other.Model.IsKeyPart && other.Model.AttributeName == member.Model.AttributeName) is { } clash)
            {
                context.Report(
                    Rules.AttributeClash, context.LocationOf(candidate.Symbol), clash.Model.Name, member.Model.Name, member.Model.AttributeName);
                continue;
            }

            members.Add(member);
        }

        return members;
    }

    private ParsedMember? Parse(MemberCandidate candidate)
    {
        var parameter = choice?.Arguments.FirstOrDefault(argument => argument.Member == candidate).Parameter;
        var isRequired = candidate.IsRequired && choice?.SetsRequiredMembers != true;
        if (candidate.IsIgnored)
        {
            if (isRequired && choice is not null)
            {
                context.Report(Rules.RequiredNotMapped, context.LocationOf(candidate.Symbol), candidate.Name);
            }

            return null;
        }

        if (parameter is null && !candidate.IsWritable)
        {
            ReportUnreachable(candidate);
            return null;
        }

        // No attribute of DynamoDB has an empty name, so that of the overflow is found in no item.
        var attributeName = candidate.IsOverflow ? "" : GetAttributeName(candidate);
        if (!candidate.IsOverflow)
        {
            CheckAttributeName(candidate, attributeName);
        }

        if (Classify(candidate) is not { } shape)
        {
            return null;
        }

        CheckKey(candidate, shape);
        var key = candidate.KeyRole;
        var isPart = candidate.PartOf is not null;
        var filling = GetFilling(candidate, parameter, isRequired);
        var isNullable = candidate.IsNullable && key == KeyRole.None && !isPart && (parameter is null || ValueClassifier.IsNullable(parameter.Type));
        var isUnfilled = !shape.IsOverflow && !shape.IsValueType && !isNullable && parameter is not { HasExplicitDefaultValue: true }
            && (filling is Filling.Constructor or Filling.Initializer || IsEmpty(candidate));
        if (isUnfilled && parameter is null && !candidate.IsRequired && key == KeyRole.None && !isPart)
        {
            context.Report(Rules.NothingFills, context.LocationOf(candidate.Symbol), candidate.Name, attributeName);
        }

        var column = Annotations.Find(candidate.Annotations, Annotations.CdcColumn);
        var givenColumn = column is not null && Annotations.GetFirstString(column) is { Length: > 0 } name ? name : null;
        return new(candidate, parameter, new()
        {
            Name = candidate.Name,
            Identifier = ModelShape.IdentifierOf(candidate.Name),
            AttributeName = candidate.PartOf ?? attributeName,
            IsKeyPart = isPart,
            ColumnName = givenColumn ?? NamingPolicies.ColumnOf(
                context.ColumnNaming, candidate.IsOverflow || (isPart && context.ColumnNaming > NamingPolicy.Exact) ? candidate.Name : attributeName),
            IsColumnNameGiven = givenColumn is not null,
            Column = ColumnParser.Of(candidate),
            Shape = shape,
            Filling = filling,
            Key = key,
            IsNullable = isNullable,
            IsDeclaredNullable = candidate.IsNullable,
            IsRequired = isPart || key != KeyRole.None || candidate.IsRequired || isUnfilled,
            IsPublic = candidate.Symbol.DeclaredAccessibility == Accessibility.Public,
            CanRead = candidate.Symbol is IFieldSymbol || candidate.Getter is { } getter && context.IsReachable(getter),
            DefaultValue = GetDefault(parameter, isNullable),
            DeclaringType = ValueClassifier.NameOf(candidate.Symbol.ContainingType),
            IsDeclaredInStruct = candidate.Symbol.ContainingType.IsValueType,
        });
    }

    private ValueShape? Classify(MemberCandidate candidate)
    {
        if (candidate.IsOverflow)
        {
            return ClassifyOverflow(candidate);
        }

        var converted = Converters.Of(context, candidate, out var isConverted);
        if (isConverted)
        {
            return converted;
        }

        context.MemberLocation = context.LocationOf(candidate.Symbol);
        if (AwsAnnotations.FindUnkept(candidate.Annotations) is { } unkept)
        {
            context.Report(Rules.AwsAnnotation, Annotations.GetWholeLocation(unkept.Attribute, context.Cancellation), unkept.Name, candidate.Name);
        }

        var errors = context.Diagnostics.Count;
        var shape = new ValueClassifier(context).Classify(candidate.UnderlyingType, candidate.Options);

        // An error type has its own message from the compiler, and a model inside this one has said what is wrong with it.
        if (shape is null && candidate.UnderlyingType.TypeKind != TypeKind.Error && context.Diagnostics.Count == errors)
        {
            context.Report(
                Rules.UnsupportedType, context.LocationOf(candidate.Symbol), candidate.Name,
                candidate.Type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat));
        }

        CheckEncoding(candidate, shape);
        return shape;
    }

    // Annotations that say how a time or an enum stands must be on one, or on a collection of them.
    private void CheckEncoding(MemberCandidate candidate, ValueShape? shape)
    {
        var innermost = shape;
        while (innermost?.Element is { } element)
        {
            innermost = element;
        }

        if (innermost is null)
        {
            return;
        }

        if (candidate.Options.UnixTime is not null && innermost.Kind is not (ValueKind.UnixSeconds or ValueKind.UnixMilliseconds))
        {
            context.Report(Rules.WrongEncoding, context.LocationOf(candidate.Symbol), "[UnixTime]", candidate.Name, "a DateTime or DateTimeOffset", innermost.DisplayName);
        }

        if (candidate.Options.IsEnumNumber && innermost.Kind != ValueKind.EnumNumber)
        {
            context.Report(Rules.WrongEncoding, context.LocationOf(candidate.Symbol), "[EnumNumber]", candidate.Name, "an enum", innermost.DisplayName);
        }
    }

    private ValueShape? ClassifyOverflow(MemberCandidate candidate)
    {
        if (candidate.Type is INamedTypeSymbol { Name: "Dictionary" or "IDictionary" or "IReadOnlyDictionary", TypeArguments.Length: 2 } type
            && type.ContainingNamespace.ToDisplayString() == "System.Collections.Generic"
            && type.TypeArguments[0].SpecialType == SpecialType.System_String
            && type.TypeArguments[1] is { Name: "JsonElement" } value && value.ContainingNamespace.ToDisplayString() == "System.Text.Json")
        {
            return ValueClassifier.Make(candidate.Type, ValueKind.Overflow, AttributeKinds.M, SqlColumnType.Overflow, "attributes that are not mapped");
        }

        if (candidate.Type is { Name: "AttributeMap", ContainingNamespace: { Name: "TypedCdc", ContainingNamespace.IsGlobalNamespace: true } })
        {
            return ValueClassifier.Make(candidate.Type, ValueKind.OverflowMap, AttributeKinds.M, SqlColumnType.Overflow, "attributes that are not mapped");
        }

        context.Report(Rules.WrongOverflow, context.LocationOf(candidate.Symbol), candidate.Name, "it is neither an AttributeMap nor a Dictionary<string, JsonElement>");
        return null;
    }

    private Filling GetFilling(MemberCandidate candidate, IParameterSymbol? parameter, bool isRequired)
    {
        if (isRequired)
        {
            return Filling.Initializer;
        }

        if (parameter is not null)
        {
            return Filling.Constructor;
        }

        var isReachable = candidate.Symbol is IFieldSymbol field ? context.IsReachable(field) : context.IsReachable(candidate.Setter!);
        if ((IsEmpty(candidate) || candidate.IsOverflow) && isReachable)
        {
            return Filling.Initializer;
        }

        return isReachable && candidate.Setter is not { IsInitOnly: true } ? Filling.Setter
            : candidate.Symbol is IFieldSymbol ? Filling.AccessorField
            : Filling.AccessorSetter;
    }

    /// <summary>The member holds nothing after the constructor has run.</summary>
    private bool IsEmpty(MemberCandidate candidate) =>
        candidate.IsEmptyStorage() && (choice is null || !ConstructorSelector.MaySet(choice.Constructor, candidate.Symbol, context));

    private static string? GetDefault(IParameterSymbol? parameter, bool isNullable)
    {
        if (parameter is { HasExplicitDefaultValue: true })
        {
            var value = CSharpLiteral.OfDefault(parameter);
            return isNullable && value == "default" ? null : value;
        }

        return null;
    }

    private string GetAttributeName(MemberCandidate candidate) => candidate.GivenName ?? NamingPolicies.Apply(context.Naming, candidate.Name);

    private void CheckAttributeName(MemberCandidate candidate, string name)
    {
        var maximum = candidate.KeyRole == KeyRole.None ? MaximumNameBytes : MaximumKeyNameBytes;
        var fault = name.Length == 0 ? "empty" : Encoding.UTF8.GetByteCount(name) > maximum ? "too long" : null;
        if (fault is not null)
        {
            context.Report(Rules.AttributeName, context.LocationOf(candidate.Symbol), candidate.Name, fault);
        }
    }

    private void CheckKey(MemberCandidate candidate, ValueShape shape)
    {
        // A part's type is judged by its pattern.
        if (candidate.KeyRole == KeyRole.None || candidate.PartOf is not null)
        {
            return;
        }

        if (!shape.CanBeKey)
        {
            context.Report(Rules.KeyType, context.LocationOf(candidate.Symbol), candidate.Name, shape.DisplayName);
        }
        else if (shape.Kind is ValueKind.Double or ValueKind.Single)
        {
            context.Report(Rules.InexactKey, context.LocationOf(candidate.Symbol), candidate.Name, shape.DisplayName);
        }
    }

    // A computed property is nobody's mistake; a stored one that nothing can fill is, and so is one that the user asked to have mapped.
    private void ReportUnreachable(MemberCandidate candidate)
    {
        if (candidate.IsAnnotated || (choice is not null && candidate.Symbol is IPropertySymbol && IsEmpty(candidate)))
        {
            context.Report(Rules.Unreachable, context.LocationOf(candidate.Symbol), candidate.Name, GetAttributeName(candidate));
        }
    }
}
