namespace TypedCdc.Decoding;

// What AWS's DynamoDBContext writes unless it is told otherwise.
public readonly ref partial struct AttributeValueReader
{
    /// <summary>A BOOL, or an N that is 1 or 0, as DynamoDBContext keeps a bool by default (its conversion V1).</summary>
    public bool GetBooleanOrNumber() => Kind != AttributeKind.N ? GetBoolean() : GetInteger<int>() switch
    {
        1 => true,
        0 => false,
        _ => throw Error("The number is neither 1 nor 0."),
    };
}
