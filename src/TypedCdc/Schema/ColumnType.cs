namespace TypedCdc.Schema;

/// <summary>What a column holds, independent of the SQL dialect. The table of types in the documentation of each dialect says how it is stored.</summary>
public enum ColumnType : byte
{
    /// <summary>Text: string, char, Uri, enum by name.</summary>
    Text,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A signed integer of 16 bits; byte, sbyte and short.</summary>
    Int16,

    /// <summary>A signed integer of 32 bits; ushort and int.</summary>
    Int32,

    /// <summary>A signed integer of 64 bits; uint and long.</summary>
    Int64,

    /// <summary>An exact number of up to 38 significant digits: ulong, decimal, Int128, UInt128, BigInteger and DynamoDB's own number.</summary>
    Numeric,

    /// <summary>A binary floating-point number of 32 bits; Half and float.</summary>
    Single,

    /// <summary>A binary floating-point number of 64 bits.</summary>
    Double,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>A UUID.</summary>
    Guid,

    /// <summary>A point in time: DateTime and DateTimeOffset.</summary>
    Timestamp,

    /// <summary>A day.</summary>
    Date,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>A duration.</summary>
    Interval,

    /// <summary>A document: nested models, maps and mixed lists as plain JSON.</summary>
    Json,

    /// <summary>A list or set of text.</summary>
    TextArray,

    /// <summary>A list or set of 64-bit integers.</summary>
    Int64Array,

    /// <summary>A list or set of exact numbers.</summary>
    NumericArray,

    /// <summary>A list or set of 64-bit floating-point numbers.</summary>
    DoubleArray,

    /// <summary>A list or set of byte strings.</summary>
    BinaryArray,

    /// <summary>Everything the model does not map, as DynamoDB JSON.</summary>
    Overflow,
}
