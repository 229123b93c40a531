namespace TypedCdc;

/// <summary>
/// Items of this model, or maps of this type inside one, are of one of several derived types; an attribute says of which. Stands once for each of them on the base class
/// (or interface, for a type inside a model). The derived types need no annotation and need not be partial.
/// </summary>
/// <param name="derivedType">A class or record that derives from the type that this stands on, or that type itself.</param>
/// <param name="value">
/// The value of the discriminator that means it; by default the type's name. The discriminator is <see cref="CdcTableAttribute.Discriminator"/>, or
/// <see cref="CdcDiscriminatorAttribute"/> on the base type; by default <c>$type</c>, as in System.Text.Json and in DynamoDBContext.
/// </param>
/// <remarks>A value that no derived type has is an error, unless the base can be made itself: then it is a base.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, AllowMultiple = true, Inherited = false)]
public sealed class CdcDerivedTypeAttribute(Type derivedType, string? value = null) : Attribute
{
    /// <summary>The derived type.</summary>
    public Type DerivedType { get; } = derivedType;

    /// <summary>The value of the discriminator that means it.</summary>
    public string? Value { get; } = value;
}
