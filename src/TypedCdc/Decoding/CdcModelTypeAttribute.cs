using System.ComponentModel;

namespace TypedCdc.Decoding;

/// <summary>
/// Marks a type parameter that must be a model: the compiler reports any other type (rule TCDC023). For generic methods of your own that pass the type on to TypedCdc.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
[AttributeUsage(AttributeTargets.GenericParameter)]
public sealed class CdcModelTypeAttribute : Attribute;
