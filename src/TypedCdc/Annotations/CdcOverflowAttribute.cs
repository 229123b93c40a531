namespace TypedCdc;

/// <summary>
/// The member takes every attribute that no other member maps, losslessly: an <see cref="AttributeMap"/>, or a <c>Dictionary&lt;string, JsonElement&gt;</c> from attribute names to values in
/// DynamoDB JSON (<c>{"S":"…"}</c>), empty where all attributes are mapped.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class CdcOverflowAttribute : Attribute;
