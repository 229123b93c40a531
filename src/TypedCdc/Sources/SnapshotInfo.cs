namespace TypedCdc.Sources;

/// <summary>A scan or an export of a whole table.</summary>
/// <param name="TableName">The DynamoDB table.</param>
/// <param name="StartedAt">When it began, by the service's clock: the time of its <see cref="Snapshot{T}"/> records. Every item that existed then, and was not removed since, is among them.</param>
public sealed record SnapshotInfo(string TableName, DateTimeOffset StartedAt);
