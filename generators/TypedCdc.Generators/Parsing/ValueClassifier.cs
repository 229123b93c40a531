// From a C# type to how it stands in an attribute.
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Decides how values of a type are read and written.</summary>
internal static class ValueClassifier
{
    // global:: and keywords (long, string), without the nullable annotation.
    internal static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>The type as generated code names it.</summary>
    public static string NameOf(ITypeSymbol type) => type.ToDisplayString(TypeFormat);

    /// <summary>The shape of a type that is not <c>Nullable&lt;T&gt;</c>; null where the type has no place in an attribute.</summary>
    public static ValueShape? Classify(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte })
        {
            return Make(type, ValueKind.Bytes, AttributeKinds.B, SqlColumnType.Binary, "a B");
        }

        if (type.TypeKind == TypeKind.Enum)
        {
            return Make(type, ValueKind.Enum, AttributeKinds.S, SqlColumnType.Text, $"an S that names a {type.Name}");
        }

        return type.SpecialType switch
        {
            SpecialType.System_String => Make(type, ValueKind.String, AttributeKinds.S, SqlColumnType.Text, "an S"),
            SpecialType.System_Boolean => Make(type, ValueKind.Boolean, AttributeKinds.BOOL, SqlColumnType.Boolean, "a BOOL"),
            SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 => Integer(type, SqlColumnType.Int16),
            SpecialType.System_UInt16 or SpecialType.System_Int32 => Integer(type, SqlColumnType.Int32),
            SpecialType.System_UInt32 or SpecialType.System_Int64 => Integer(type, SqlColumnType.Int64),
            SpecialType.System_UInt64 => Integer(type, SqlColumnType.Numeric),
            SpecialType.System_Decimal => Make(type, ValueKind.Decimal, AttributeKinds.N, SqlColumnType.Numeric, "an N that a decimal holds exactly"),
            SpecialType.System_Double => Make(type, ValueKind.Double, AttributeKinds.N, SqlColumnType.Double, "an N"),
            SpecialType.System_Single => Make(type, ValueKind.Single, AttributeKinds.N, SqlColumnType.Single, "an N"),
            _ => ClassifyByName(type),
        };
    }

    private static ValueShape? ClassifyByName(ITypeSymbol type)
    {
        if (type.ContainingNamespace is not { Name: "System", ContainingNamespace.IsGlobalNamespace: true } || type.ContainingType is not null)
        {
            return null;
        }

        return type.Name switch
        {
            "Guid" => Make(type, ValueKind.Guid, AttributeKinds.S, SqlColumnType.Guid, "an S that is a GUID"),
            "DateTimeOffset" => Make(type, ValueKind.DateTimeOffset, AttributeKinds.S, SqlColumnType.Timestamp, "an S that is an ISO 8601 time"),
            _ => null,
        };
    }

    private static ValueShape Integer(ITypeSymbol type, SqlColumnType column) =>
        Make(type, ValueKind.Integer, AttributeKinds.N, column, $"an N that fits {type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}");

    private static ValueShape Make(ITypeSymbol type, ValueKind kind, AttributeKinds kinds, SqlColumnType column, string expected) => new()
    {
        Kind = kind,
        TypeName = NameOf(type),
        DisplayName = type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
        IsValueType = type.IsValueType,
        Kinds = kinds,
        Column = column,
        Expected = expected,
    };
}
