namespace TypedCdc;

/// <summary>
/// The type descriptor of a DynamoDB attribute value (Amazon DynamoDB API reference, <c>AttributeValue</c>).
/// The values are flags, so that a schema can name the kinds that it accepts.
/// </summary>
[Flags]
public enum AttributeKind : ushort
{
    /// <summary>No value: the attribute is absent.</summary>
    None = 0,

    /// <summary>String.</summary>
    S = 1 << 0,

    /// <summary>Number: text of up to 38 significant digits, 1E-130 to 9.9999999999999999999999999999999999999E+125.</summary>
    N = 1 << 1,

    /// <summary>Binary: base64 in JSON.</summary>
    B = 1 << 2,

    /// <summary>Boolean.</summary>
    BOOL = 1 << 3,

    /// <summary>Null.</summary>
    NULL = 1 << 4,

    /// <summary>Map.</summary>
    M = 1 << 5,

    /// <summary>List.</summary>
    L = 1 << 6,

    /// <summary>String set.</summary>
    SS = 1 << 7,

    /// <summary>Number set.</summary>
    NS = 1 << 8,

    /// <summary>Binary set.</summary>
    BS = 1 << 9,
}
