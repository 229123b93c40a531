namespace TypedCdc;

/// <summary>
/// Values are read and written by a <see cref="CdcConverter{T}"/>: of one member, of a type wherever it is a member, or (on the assembly) of the type that the
/// converter is for, wherever it is a member in this assembly. The nearest one counts.
/// </summary>
/// <param name="converter">A class derived from <see cref="CdcConverter{T}"/> of the member's type (without <c>?</c>), with a constructor without parameters.</param>
[AttributeUsage(
    AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum
    | AttributeTargets.Interface | AttributeTargets.Assembly,
    AllowMultiple = true)]
public sealed class CdcConverterAttribute(Type converter) : Attribute
{
    /// <summary>The converter.</summary>
    public Type Converter { get; } = converter;

    /// <summary>
    /// The kinds of attribute value that the converter takes and makes; others never reach it. The SQL column follows: text for S, numeric for N, bytes for B,
    /// boolean for BOOL, else a document. The default value is <see cref="AttributeKind.S"/>.
    /// </summary>
    public AttributeKind Kinds { get; set; } = AttributeKind.S;
}
