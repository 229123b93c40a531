namespace TypedCdc;

/// <summary>Gives the DynamoDB attribute that a member is read from.</summary>
/// <param name="name">The attribute's name, with any characters that DynamoDB allows.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class CdcAttributeAttribute(string name) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string Name { get; } = name;
}
