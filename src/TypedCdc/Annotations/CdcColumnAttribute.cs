namespace TypedCdc;

/// <summary>Says how a member's SQL column is made where the rules of the documentation do not fit.</summary>
/// <param name="name">The column's name, unquoted, at most 63 bytes; by default made from the attribute's name: lower case, other characters become <c>_</c>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class CdcColumnAttribute(string? name = null) : Attribute
{
    /// <summary>The column's name, unquoted; null for the default.</summary>
    public string? Name { get; } = name;
}
