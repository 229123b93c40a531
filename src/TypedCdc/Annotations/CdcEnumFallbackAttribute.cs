namespace TypedCdc;

/// <summary>
/// On a member of an enum: names that the enum does not have are read as this member, so that a new name in DynamoDB is not an error. A SQL column still stores the name itself.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class CdcEnumFallbackAttribute : Attribute;
