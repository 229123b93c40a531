// Values of the user's code as C# text, whatever the culture.
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TypedCdc.Generators.Parsing;

/// <summary>Prints literals.</summary>
internal static class CSharpLiteral
{
    public static string Of(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>A parameter's default value.</summary>
    public static string OfDefault(IParameterSymbol parameter)
    {
        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : parameter.Type;
        return parameter.ExplicitDefaultValue switch
        {
            null => "default",
            string text => Of(text),
            bool value => value ? "true" : "false",
            char value => SymbolDisplay.FormatLiteral(value, quote: true),
            float.NaN => "float.NaN",
            float.PositiveInfinity => "float.PositiveInfinity",
            float.NegativeInfinity => "float.NegativeInfinity",
            double.NaN => "double.NaN",
            double.PositiveInfinity => "double.PositiveInfinity",
            double.NegativeInfinity => "double.NegativeInfinity",
            float value => value.ToString("R", CultureInfo.InvariantCulture) + "F",
            double value => value.ToString("R", CultureInfo.InvariantCulture) + "D",
            decimal value => value.ToString(CultureInfo.InvariantCulture) + "M",
            int value and >= 0 when type.SpecialType == SpecialType.System_Int32 => value.ToString(CultureInfo.InvariantCulture),
            var number when type.TypeKind == TypeKind.Enum => $"({ValueClassifier.NameOf(type)})({SymbolDisplay.FormatPrimitive(number, quoteStrings: false, useHexadecimalNumbers: false)})",
            var number => $"({ValueClassifier.NameOf(type)})({SymbolDisplay.FormatPrimitive(number, quoteStrings: false, useHexadecimalNumbers: false)})",
        };
    }
}
