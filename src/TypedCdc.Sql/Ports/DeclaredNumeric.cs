using System.Globalization;

namespace TypedCdc.Sql.Ports;

/// <summary>Whether a number fits a declared <c>NUMERIC(p, s)</c> exactly, for databases that would round it without a word.</summary>
internal static class DeclaredNumeric
{
    /// <summary>False where the declared type is such a one and the value needs more digits before or behind the point than it has.</summary>
    public static bool Fits(string declaredType, object? value)
    {
        var open = declaredType.IndexOf('(', StringComparison.Ordinal);
        if (value is not (string or long) || open < 0 || !declaredType.EndsWith(')')
            || declaredType[..open].Trim().ToUpperInvariant() is not ("NUMERIC" or "DECIMAL"))
        {
            return true;
        }

        var parts = declaredType[(open + 1)..^1].Split(',');
        var scale = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var (before, behind) = Digits(Convert.ToString(value, CultureInfo.InvariantCulture)!);
        return behind <= scale && before <= int.Parse(parts[0], CultureInfo.InvariantCulture) - scale;
    }

    // How many digits stand before and behind the point once the exponent is applied and zeros at the ends are gone.
    private static (int Before, int Behind) Digits(string number)
    {
        var e = number.IndexOfAny(['e', 'E']);
        var exponent = e < 0 ? 0 : int.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = (e < 0 ? number : number[..e]).TrimStart('-', '+');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var digits = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var place = whole.Length + exponent;
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits[leading..].TrimEnd('0');
        place -= leading;
        return digits.Length == 0 ? (0, 0) : (Math.Max(place, 0), Math.Max(digits.Length - place, 0));
    }
}
