namespace TypedCdc;

/// <summary>The decoder makes the model by this constructor. Needed only where several would do.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
public sealed class CdcConstructorAttribute : Attribute;
