using System.ComponentModel;
using TypedCdc.Schema;

namespace TypedCdc;

/// <summary>
/// One mapped attribute of a model, for <see cref="Change{T}.HasChanged"/>. The generator makes them: <c>Customer.Attributes.Phone</c>.
/// </summary>
/// <typeparam name="T">The model.</typeparam>
public readonly record struct AttributeName<T>
{
    /// <summary>For generated code.</summary>
    /// <param name="ordinal">The attribute's index in the model's <see cref="TableSchema.Attributes"/>.</param>
    /// <param name="name">The attribute's name in DynamoDB.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public AttributeName(int ordinal, string name)
    {
        Ordinal = ordinal;
        Name = name;
    }

    /// <summary>The attribute's index in the model's <see cref="TableSchema.Attributes"/>.</summary>
    public int Ordinal { get; }

    /// <summary>The attribute's name in DynamoDB.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
