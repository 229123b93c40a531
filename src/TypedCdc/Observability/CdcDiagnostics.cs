namespace TypedCdc;

/// <summary>
/// The names to listen to. With OpenTelemetry: <c>.WithMetrics(m => m.AddMeter(CdcDiagnostics.MeterName))</c> and <c>.WithTracing(t => t.AddSource(CdcDiagnostics.ActivitySourceName))</c>.
/// </summary>
/// <remarks>
/// Metrics: <c>cdc.records</c> by table, operation and outcome; <c>cdc.dead_letters</c> and <c>cdc.retries</c> by subscriber; <c>cdc.lag</c> (s, from the change in DynamoDB to its
/// delivery) and <c>cdc.work.duration</c> (s) by subscriber; <c>cdc.backlog</c> by subscriber; <c>cdc.in_flight.records</c>, <c>cdc.in_flight.bytes</c>; <c>cdc.unmapped_attributes</c>,
/// <c>cdc.duplicates</c>, <c>cdc.stale</c>, <c>cdc.ties</c>; <c>cdc.alarms</c>; <c>cdc.source.behind_latest</c> (s) by shard and <c>cdc.source.failing</c> (s) by source; of relational sinks <c>cdc.sink.*</c> (README of TypedCdc.Sql). Traces: a span <c>cdc record</c> a record from its arrival to its acknowledgement, under it a span
/// <c>cdc deliver</c> a handler and a sink. What is written together is also one span <c>cdc batch</c>, linked both ways, under which the database driver's spans stand. None holds keys
/// or attribute values.
/// </remarks>
public static class CdcDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "TypedCdc";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "TypedCdc";
}
