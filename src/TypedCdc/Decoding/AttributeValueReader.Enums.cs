using System.Runtime.CompilerServices;

namespace TypedCdc.Decoding;

// Enums by number.
public readonly ref partial struct AttributeValueReader
{
    /// <summary>An N as the number of an enum member, whether or not a member has that number.</summary>
    public TEnum GetEnumNumber<TEnum>()
        where TEnum : struct, Enum => Type.GetTypeCode(typeof(TEnum)) switch
        {
            // The type code of an enum is that of the integer under it; the JIT keeps one of the cases.
            TypeCode.SByte => GetEnumNumber<TEnum, sbyte>(),
            TypeCode.Byte => GetEnumNumber<TEnum, byte>(),
            TypeCode.Int16 => GetEnumNumber<TEnum, short>(),
            TypeCode.UInt16 => GetEnumNumber<TEnum, ushort>(),
            TypeCode.Int32 => GetEnumNumber<TEnum, int>(),
            TypeCode.UInt32 => GetEnumNumber<TEnum, uint>(),
            TypeCode.Int64 => GetEnumNumber<TEnum, long>(),
            _ => GetEnumNumber<TEnum, ulong>(),
        };

    private TEnum GetEnumNumber<TEnum, TInteger>()
        where TEnum : struct, Enum
        where TInteger : struct, System.Numerics.IBinaryInteger<TInteger>
    {
        var number = GetInteger<TInteger>();
        return Unsafe.As<TInteger, TEnum>(ref number);
    }
}
