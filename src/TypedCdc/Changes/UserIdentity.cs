namespace TypedCdc;

/// <summary>
/// Who made a change, where DynamoDB says so: only for removals by time to live, with type <c>Service</c> and
/// principal <c>dynamodb.amazonaws.com</c> (Amazon DynamoDB developer guide, "DynamoDB Streams and Time to Live").
/// </summary>
/// <param name="Type">The kind of principal.</param>
/// <param name="PrincipalId">The principal.</param>
public sealed record UserIdentity(string Type, string PrincipalId)
{
    /// <summary>The one that all removals by time to live share.</summary>
    internal static readonly UserIdentity TimeToLive = new("Service", "dynamodb.amazonaws.com");
}
