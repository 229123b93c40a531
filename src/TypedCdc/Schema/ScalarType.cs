namespace TypedCdc.Schema;

/// <summary>
/// What a C# type can hold of an attribute's values, where kind and column leave it open: whoever writes rows without making models refuses by this what the model would
/// refuse.
/// </summary>
public enum ScalarType : byte
{
    /// <summary>Not a scalar (a document, a collection), or what a converter makes of it: anything of the right kind.</summary>
    Any,

    /// <summary>Text of any length.</summary>
    String,

    /// <summary>One UTF-16 character.</summary>
    Char,

    /// <summary>A URI, absolute or relative.</summary>
    Uri,

    /// <summary>The name of an enum's member, one of <see cref="AttributeSchema.Enum"/>.</summary>
    EnumName,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>-128 to 127.</summary>
    SByte,

    /// <summary>0 to 255.</summary>
    Byte,

    /// <summary>-32,768 to 32,767.</summary>
    Int16,

    /// <summary>0 to 65,535.</summary>
    UInt16,

    /// <summary>-2,147,483,648 to 2,147,483,647.</summary>
    Int32,

    /// <summary>0 to 4,294,967,295.</summary>
    UInt32,

    /// <summary>A signed integer of 64 bits.</summary>
    Int64,

    /// <summary>An unsigned integer of 64 bits.</summary>
    UInt64,

    /// <summary>A signed integer of 128 bits.</summary>
    Int128,

    /// <summary>An unsigned integer of 128 bits.</summary>
    UInt128,

    /// <summary>An integer of any size.</summary>
    BigInteger,

    /// <summary>A number that a <see cref="decimal"/> holds exactly.</summary>
    Decimal,

    /// <summary>A number that is finite as a <see cref="System.Half"/>.</summary>
    Half,

    /// <summary>A number that is finite as a <see cref="float"/>.</summary>
    Single,

    /// <summary>A number that is finite as a <see cref="double"/>.</summary>
    Double,

    /// <summary>Any number of DynamoDB's.</summary>
    Number,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>A UUID.</summary>
    Guid,

    /// <summary>A point in time, as <see cref="AttributeSchema.Encoding"/> says.</summary>
    Timestamp,

    /// <summary>An ISO 8601 day.</summary>
    Date,

    /// <summary>An ISO 8601 time of day.</summary>
    Time,

    /// <summary>A duration.</summary>
    Interval,
}
