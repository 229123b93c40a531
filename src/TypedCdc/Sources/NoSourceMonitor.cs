namespace TypedCdc.Sources;

/// <summary>The monitor of contexts that observe nothing.</summary>
internal sealed class NoSourceMonitor : ISourceMonitor
{
    internal static readonly NoSourceMonitor Instance = new();

    public void Failed(string part, string reason, string message)
    {
    }

    public void Succeeded(string part)
    {
    }

    public void SetBehindLatest(string shard, TimeSpan behindLatest)
    {
    }

    public void Closed(string shard)
    {
    }
}
