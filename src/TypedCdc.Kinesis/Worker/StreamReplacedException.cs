namespace TypedCdc.Kinesis.Worker;

/// <summary>The stream was deleted or replaced, and the worker begins again as at a start. Never leaves the source.</summary>
internal sealed class StreamReplacedException() : Exception("The stream was deleted or replaced.");
