using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>Integers of 17 to 38 digits, sixteen digits at a time.</summary>
internal static class LongNumbers
{
    private static readonly ulong[] PowersOfTen = MakePowersOfTen();

    /// <summary>Whether a text is 17 to 38 digits and nothing else.</summary>
    internal static bool AreDigits(ref byte text, int length) =>
        Vector128.IsHardwareAccelerated && length is > 16 and <= NumberGrammar.MaxDigits
        && AreSixteenDigits(ref text, 0) && AreSixteenDigits(ref text, length - 16) && (length <= 32 || AreSixteenDigits(ref text, 16));

    /// <summary>The number of such a text.</summary>
    internal static UInt128 Read(ref byte text, int length)
    {
        var first = Sixteen(ref text, 0);
        var last = Sixteen(ref text, length - 16);
        if (length <= 32)
        {
            var rest = PowersOfTen[length - 16];
            return ((UInt128)first * rest) + (last % rest);
        }

        // Its end overlaps the second block.
        var end = PowersOfTen[length - 32];
        return ((((UInt128)first * PowersOfTen[16]) + Sixteen(ref text, 16)) * end) + (last % end);
    }

    private static bool AreSixteenDigits(ref byte text, int offset) =>
        Vector128.LessThanOrEqualAll(Vector128.LoadUnsafe(ref text, (nuint)(uint)offset) - Vector128.Create((byte)'0'), Vector128.Create((byte)9));

    private static ulong Sixteen(ref byte text, int offset) => NumberKernel.Convert(Vector128.LoadUnsafe(ref text, (nuint)(uint)offset) - Vector128.Create((byte)'0'));

    private static ulong[] MakePowersOfTen()
    {
        var powers = new ulong[17];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
