namespace TypedCdc;

/// <summary>The enum stands as its number in an N, not as its name in an S. On a member, or on the enum for all its members.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Enum)]
public sealed class EnumNumberAttribute : Attribute;
