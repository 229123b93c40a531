// From a C# type to how it stands in an attribute: scalars here, collections and models beside.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>What a member's annotations say of how its values stand; a collection hands it on to its elements.</summary>
/// <param name="UnixTime">The getter of <c>[UnixTime]</c>; null for none.</param>
/// <param name="IsEnumNumber">The member has <c>[EnumNumber]</c>.</param>
internal sealed record ValueOptions(ValueKind? UnixTime, bool IsEnumNumber);

/// <summary>Decides how values of a type are read and written.</summary>
internal sealed class ValueClassifier(ParseContext context)
{
    // global:: and keywords (long, string); the annotations of type arguments stay, the type's own is taken off.
    internal static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers
        | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The type as generated code names it.</summary>
    public static string NameOf(ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(TypeFormat);

    /// <summary>The type without <c>Nullable&lt;T&gt;</c>.</summary>
    public static ITypeSymbol Underlying(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    /// <summary>Null is a value of the type. Code without nullable annotations never said that it is not.</summary>
    public static bool IsNullable(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
        || (type.IsReferenceType && type.NullableAnnotation != NullableAnnotation.NotAnnotated);

    /// <summary>The shape of a type that is not <c>Nullable&lt;T&gt;</c>; null where the type has no place in an attribute.</summary>
    public ValueShape? Classify(ITypeSymbol type, ValueOptions options) =>
        Converters.Of(context, type) ?? Scalar(type, options) ?? Collections.Classify(this, type, options) ?? NestedModels.Classify(context, type);

    private ValueShape? Scalar(ITypeSymbol type, ValueOptions options)
    {
        if (type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte })
        {
            return Make(type, ValueKind.Bytes, AttributeKinds.B, SqlColumnType.Binary, "a B");
        }

        // DynamoDBContext keeps a bool as 1 or 0 unless it is told otherwise.
        if (type.SpecialType == SpecialType.System_Boolean && context.IsAwsAnnotated)
        {
            return Make(type, ValueKind.BooleanOrNumber, AttributeKinds.BOOL | AttributeKinds.N, SqlColumnType.Boolean, "a BOOL, or an N that is 1 or 0");
        }

        return type.TypeKind == TypeKind.Enum ? Enum((INamedTypeSymbol)type, options) : Special(type) ?? Named(type, options);
    }

    private static ValueShape? Special(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => Make(type, ValueKind.String, AttributeKinds.S, SqlColumnType.Text, "an S"),
        SpecialType.System_Char => Make(type, ValueKind.Char, AttributeKinds.S, SqlColumnType.Text, "an S of one character"),
        SpecialType.System_Boolean => Make(type, ValueKind.Boolean, AttributeKinds.BOOL, SqlColumnType.Boolean, "a BOOL"),
        SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 => Integer(type, SqlColumnType.Int16),
        SpecialType.System_UInt16 or SpecialType.System_Int32 => Integer(type, SqlColumnType.Int32),
        SpecialType.System_UInt32 or SpecialType.System_Int64 => Integer(type, SqlColumnType.Int64),
        SpecialType.System_UInt64 => Integer(type, SqlColumnType.Numeric),
        SpecialType.System_Decimal => Make(type, ValueKind.Decimal, AttributeKinds.N, SqlColumnType.Numeric, "an N that a decimal holds exactly"),
        SpecialType.System_Double => Make(type, ValueKind.Double, AttributeKinds.N, SqlColumnType.Double, "an N"),
        SpecialType.System_Single => Make(type, ValueKind.Single, AttributeKinds.N, SqlColumnType.Single, "an N"),
        _ => null,
    };

    private static ValueShape? Named(ITypeSymbol type, ValueOptions options) => (type.ContainingType is null ? type.ContainingNamespace?.ToDisplayString() + "." + type.Name : "") switch
    {
        "System.DateTimeOffset" => Time(type, ValueKind.DateTimeOffset, options),
        "System.DateTime" => Time(type, ValueKind.DateTime, options),
        "System.Guid" => Make(type, ValueKind.Guid, AttributeKinds.S, SqlColumnType.Guid, "an S that is a UUID"),
        "System.Uri" => Make(type, ValueKind.Uri, AttributeKinds.S, SqlColumnType.Text, "an S that is a URI"),
        "System.DateOnly" => Make(type, ValueKind.DateOnly, AttributeKinds.S, SqlColumnType.Date, "an S that is an ISO 8601 day"),
        "System.TimeOnly" => Make(type, ValueKind.TimeOnly, AttributeKinds.S, SqlColumnType.Time, "an S that is an ISO 8601 time of day"),
        "System.TimeSpan" => Make(type, ValueKind.TimeSpan, AttributeKinds.S, SqlColumnType.Interval, "an S that is a duration"),
        "System.Half" => Make(type, ValueKind.Half, AttributeKinds.N, SqlColumnType.Single, "an N"),
        "System.Int128" or "System.UInt128" or "System.Numerics.BigInteger" => Integer(type, SqlColumnType.Numeric),
        "TypedCdc.DynamoDbNumber" => Make(type, ValueKind.Number, AttributeKinds.N, SqlColumnType.Numeric, "an N"),
        "System.ReadOnlyMemory" or "System.Memory" when type is INamedTypeSymbol { TypeArguments.Length: 1 } memory && memory.TypeArguments[0].SpecialType == SpecialType.System_Byte =>
            Make(type, ValueKind.Memory, AttributeKinds.B, SqlColumnType.Binary, "a B"),
        "System.IO.MemoryStream" => Make(type, ValueKind.MemoryStream, AttributeKinds.B, SqlColumnType.Binary, "a B"),
        "System.Text.Json.JsonElement" => Make(type, ValueKind.JsonElement, AnyKind, SqlColumnType.Json, "any value"),
        "System.Text.Json.Nodes.JsonNode" => Make(type, ValueKind.JsonNode, AnyKind, SqlColumnType.Json, "any value"),
        _ => null,
    };

    private const AttributeKinds AnyKind = AttributeKinds.S | AttributeKinds.N | AttributeKinds.B | AttributeKinds.BOOL | AttributeKinds.M | AttributeKinds.L
        | AttributeKinds.SS | AttributeKinds.NS | AttributeKinds.BS;

    private static ValueShape Time(ITypeSymbol type, ValueKind iso, ValueOptions options) => options.UnixTime is { } kind
        ? Make(type, kind, AttributeKinds.N, SqlColumnType.Timestamp, "an N that is a Unix time in " + (kind == ValueKind.UnixSeconds ? "seconds" : "milliseconds")) with
        {
            Encoding = kind.ToString(),
            IsDateTime = iso == ValueKind.DateTime,
        }
        : Make(type, iso, AttributeKinds.S, SqlColumnType.Timestamp, "an S that is an ISO 8601 time");

    private ValueShape Enum(INamedTypeSymbol type, ValueOptions options)
    {
        if (options.IsEnumNumber || context.IsAwsAnnotated || Annotations.Find(type.GetAttributes(), Annotations.EnumNumber) is not null)
        {
            var column = type.EnumUnderlyingType is { } underlying ? Special(underlying)!.Column : SqlColumnType.Int64;
            return Make(type, ValueKind.EnumNumber, AttributeKinds.N, column, $"an N that is a number of {type.Name}") with { Encoding = "EnumNumber", EnumUnderlyingType = type.EnumUnderlyingType is { } integer ? NameOf(integer) : null };
        }

        var shape = Make(type, ValueKind.Enum, AttributeKinds.S, SqlColumnType.Text, $"an S with the name of a member of {type.Name}");
        var given = NamesOf(type);
        shape = shape with { Enum = SchemaOf(type, given) };
        return given is null ? shape : shape with { Kind = ValueKind.NamedEnum, Codec = given };
    }

    // [EnumMember(Value = "in-transit")] of System.Runtime.Serialization and [JsonStringEnumMemberName("in-transit")] of System.Text.Json.
    private string? NamesOf(INamedTypeSymbol type)
    {
        if (context.Enums.Find(known => known.TypeName == NameOf(type)) is { } known)
        {
            return known.Codec;
        }

        var names = new List<EnumName>();
        var values = new HashSet<object?>();
        foreach (var member in type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue))
        {
            if (OwnNameOf(member) is { } name)
            {
                names.Add(new(ModelShape.IdentifierOf(member.Name), name, IsAlias: !values.Add(member.ConstantValue)));
            }
        }

        if (names.Count == 0)
        {
            return null;
        }

        var codec = context.Unique(type.Name + "Names");
        context.Enums.Add(new(codec, NameOf(type), names.ToEquatableArray(), FallbackOf(type)));
        return codec;
    }

    private EnumSchemaModel SchemaOf(INamedTypeSymbol type, string? codec) => new(
        type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue).Select(static field => field.Name).ToEquatableArray(),
        codec is null ? EquatableArray<string>.Empty : context.Enums.Find(known => known.Codec == codec)!.Names.Select(static name => name.Name).ToEquatableArray(),
        type.GetAttributes().Any(static attribute => attribute.AttributeClass is { Name: "FlagsAttribute", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }),
        FallbackOf(type));

    // The first member with [CdcEnumFallback].
    private static string? FallbackOf(INamedTypeSymbol type) => type.GetMembers().OfType<IFieldSymbol>()
        .FirstOrDefault(static field => Annotations.Find(field.GetAttributes(), "CdcEnumFallbackAttribute") is not null)?.Name;

    /// <summary>The name of an enum's member in DynamoDB.</summary>
    public static string EnumNameOf(IFieldSymbol member) => OwnNameOf(member) ?? member.Name;

    private static string? OwnNameOf(IFieldSymbol member) => member.GetAttributes()
        .Select(static attribute => attribute.AttributeClass?.ToDisplayString() switch
        {
            "System.Runtime.Serialization.EnumMemberAttribute" => Annotations.GetNamedString(attribute, "Value"),
            "System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute" => Annotations.GetFirstString(attribute),
            _ => null,
        })
        .FirstOrDefault(static name => name is not null);

    private static ValueShape Integer(ITypeSymbol type, SqlColumnType column) =>
        Make(type, ValueKind.Integer, AttributeKinds.N, column, $"an N that fits {type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}");

    internal static ValueShape Make(ITypeSymbol type, ValueKind kind, AttributeKinds kinds, SqlColumnType column, string expected) => new()
    {
        Kind = kind,
        TypeName = NameOf(type),
        DisplayName = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
        IsValueType = type.IsValueType,
        Kinds = kinds,
        Column = column,
        Expected = expected,
    };
}
