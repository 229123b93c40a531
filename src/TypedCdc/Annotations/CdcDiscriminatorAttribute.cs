namespace TypedCdc;

/// <summary>Gives the attribute that says of which derived type a map inside a model is; see <see cref="CdcDerivedTypeAttribute"/>. The default is <c>$type</c>.</summary>
/// <param name="name">The attribute's name.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public sealed class CdcDiscriminatorAttribute(string name) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string Name { get; } = name;
}
