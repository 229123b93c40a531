namespace TypedCdc;

/// <summary>The member is not mapped to an attribute.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class CdcIgnoreAttribute : Attribute;
