// Which numbers a C# type holds, by the decoder's rules: integers exactly, decimal exactly, binary floating point up to its range.
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Samples;

/// <summary>Checks numbers against types.</summary>
internal static class NumberFit
{
    private static readonly Dictionary<SpecialType, (BigInteger Minimum, BigInteger Maximum)> Integers = new()
    {
        [SpecialType.System_SByte] = (sbyte.MinValue, sbyte.MaxValue),
        [SpecialType.System_Byte] = (byte.MinValue, byte.MaxValue),
        [SpecialType.System_Int16] = (short.MinValue, short.MaxValue),
        [SpecialType.System_UInt16] = (ushort.MinValue, ushort.MaxValue),
        [SpecialType.System_Int32] = (int.MinValue, int.MaxValue),
        [SpecialType.System_UInt32] = (uint.MinValue, uint.MaxValue),
        [SpecialType.System_Int64] = (long.MinValue, long.MaxValue),
        [SpecialType.System_UInt64] = (ulong.MinValue, ulong.MaxValue),
    };

    private static readonly BigInteger Two127 = BigInteger.One << 127;

    // The greatest numbers that still round to a finite value: IEEE 754, the maximum and half a unit in its last place.
    private static readonly BigInteger SingleMaximum = BigInteger.Parse("340282356779733661637539395458142568447", CultureInfo.InvariantCulture);
    private static readonly BigInteger HalfMaximum = 65519;

    // 0001-01-01T00:00:00Z and, so that a fraction never decides, the first second behind 9999.
    private const long MinimumUnixSeconds = -62135596800;
    private const long MaximumUnixSeconds = 253402300800;

    /// <summary>The fault of a Unix time that no calendar has.</summary>
    public const string NotATime = "they are no times of the years 1 to 9999";

    /// <summary>Why the type does not hold the number, as the rest of a sentence; null where it does or is not a type of numbers.</summary>
    public static string? FindFault(ValueKind kind, ITypeSymbol type, SampleNumber number)
    {
        if (kind is ValueKind.UnixSeconds or ValueKind.UnixMilliseconds)
        {
            var scale = kind == ValueKind.UnixSeconds ? 1 : 1000;
            return number.IsBetween(MinimumUnixSeconds * scale, MaximumUnixSeconds * scale) ? null : NotATime;
        }

        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying })
        {
            type = underlying;
        }

        if (Integers.TryGetValue(type.SpecialType, out var range))
        {
            return FindIntegerFault(number, range.Minimum, range.Maximum);
        }

        return type switch
        {
            { SpecialType: SpecialType.System_Decimal } => number.FitsDecimal ? null : "a decimal does not hold all their digits",
            { SpecialType: SpecialType.System_Single } => FindRangeFault(number, SingleMaximum),
            { Name: "Half" } when IsIn(type, "System") => FindRangeFault(number, HalfMaximum),
            { Name: "Int128" } when IsIn(type, "System") => FindIntegerFault(number, -Two127, Two127 - 1),
            { Name: "UInt128" } when IsIn(type, "System") => FindIntegerFault(number, 0, (Two127 * 2) - 1),
            { Name: "BigInteger" } when IsIn(type, "Numerics") => number.IsIntegral ? null : HaveFraction,
            _ => null,
        };
    }

    /// <summary>The smallest usual type that holds all the numbers, as C#.</summary>
    public static string TypeFor(IReadOnlyCollection<SampleNumber> numbers)
    {
        var fitsLong = true;
        var fitsDecimal = true;
        foreach (var number in numbers)
        {
            fitsLong &= number.IsIn(long.MinValue, long.MaxValue);
            fitsDecimal &= number.FitsDecimal;
        }

        return fitsLong ? "long" : fitsDecimal ? "decimal" : "global::TypedCdc.DynamoDbNumber";
    }

    private const string HaveFraction = "they have a fraction";
    private const string OutOfRange = "they are out of its range";

    private static string? FindIntegerFault(SampleNumber number, BigInteger minimum, BigInteger maximum) =>
        !number.IsIntegral ? HaveFraction : number.IsIn(minimum, maximum) ? null : OutOfRange;

    private static string? FindRangeFault(SampleNumber number, BigInteger maximum) => number.IsBetween(-maximum, maximum) ? null : OutOfRange;

    private static bool IsIn(ITypeSymbol type, string lastNamespace) => type.ContainingNamespace?.Name == lastNamespace;
}
