namespace TypedCdc.Decoding;

/// <summary>
/// One attribute value in place: its kind and the bytes it stands in. Reading a number, a Guid or a time allocates nothing. A converter reads from this.
/// </summary>
/// <remarks>
/// Every <c>Get</c> throws <see cref="CdcDecodeException"/> where the value is absent, NULL, of another kind or does not fit.
/// </remarks>
public readonly ref partial struct AttributeValueReader
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly AttributeSlot _slot;
    private readonly string? _expected;

    internal AttributeValueReader(ReadOnlySpan<byte> record, AttributeSlot slot, string? expected)
    {
        _record = record;
        _slot = slot;
        _expected = expected;
    }

    /// <summary>The value's kind; <see cref="AttributeKind.None"/> where the attribute is absent.</summary>
    public AttributeKind Kind => _slot.Kind;

    /// <summary>True where the attribute is absent or NULL.</summary>
    public bool IsNull => _slot.Kind is AttributeKind.None or AttributeKind.NULL;

    /// <summary>The value of an S.</summary>
    public string GetString() => throw new NotSupportedException();

    /// <summary>The value of a BOOL.</summary>
    public bool GetBoolean() => throw new NotSupportedException();

    /// <summary>The value of an N that is integral (<c>12.0</c> and <c>1E2</c> are) and fits.</summary>
    /// <typeparam name="TInteger">byte, sbyte, short, ushort, int, uint, long, ulong, Int128, UInt128 or BigInteger.</typeparam>
    public TInteger GetInteger<TInteger>()
        where TInteger : struct, System.Numerics.IBinaryInteger<TInteger> => throw new NotSupportedException();

    /// <summary>The value of an N, where a decimal holds it exactly.</summary>
    public decimal GetDecimal() => throw new NotSupportedException();

    /// <summary>The nearest double to an N.</summary>
    public double GetDouble() => throw new NotSupportedException();

    /// <summary>The nearest float to an N.</summary>
    public float GetSingle() => throw new NotSupportedException();

    /// <summary>The bytes of a B.</summary>
    public byte[] GetBytes() => throw new NotSupportedException();

    /// <summary>An S in one of the forms that <see cref="Guid"/> reads (D or N).</summary>
    public Guid GetGuid() => throw new NotSupportedException();

    /// <summary>An S as ISO 8601; one without an offset is UTC.</summary>
    public DateTimeOffset GetDateTimeOffset() => throw new NotSupportedException();

    /// <summary>An S as the name of an enum member, exact case first, then any case.</summary>
    public TEnum GetEnum<TEnum>()
        where TEnum : struct, Enum => throw new NotSupportedException();
}
