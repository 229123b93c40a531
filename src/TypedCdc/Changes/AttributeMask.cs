namespace TypedCdc.Changes;

/// <summary>One bit an attribute of the model, by its ordinal. Up to 128 attributes cost no allocation; wider models keep the rest in an array.</summary>
internal readonly struct AttributeMask
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong[]? _rest; // bit 0 is attribute 128

    internal AttributeMask(ulong first, ulong second, ulong[]? rest)
    {
        _first = first;
        _second = second;
        _rest = rest;
    }

    internal bool this[int ordinal] => (ordinal >> 6) switch
    {
        0 => (_first >> ordinal & 1) != 0,
        1 => (_second >> (ordinal - 64) & 1) != 0,
        var word => _rest is not null && word - 2 < _rest.Length && (_rest[word - 2] >> (ordinal & 63) & 1) != 0,
    };

    /// <summary>Every bit set, for a change that lacks one of its images: nothing can be said to be unchanged.</summary>
    internal static AttributeMask All(int count)
    {
        ulong[]? rest = null;
        if (count > 128)
        {
            rest = new ulong[(count - 128 + 63) >> 6];
            Array.Fill(rest, ulong.MaxValue);
        }

        return new(ulong.MaxValue, ulong.MaxValue, rest);
    }
}
