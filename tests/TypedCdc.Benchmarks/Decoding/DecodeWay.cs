using TypedCdc.Benchmarks.Harness;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Reads one event and takes in all of it.</summary>
/// <param name="record">The event.</param>
/// <param name="sum">Takes the operation and every member of both images.</param>
internal delegate void ReadEvent(ReadOnlySpan<byte> record, ref DecodeSum sum);

/// <summary>One way from events' bytes to values, and its samples.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="corpus">The events.</param>
/// <param name="read">Reads one.</param>
/// <param name="isCompared">Its sum must be that of the others.</param>
internal sealed class DecodeWay(string name, DecodeCorpus corpus, ReadEvent read, bool isCompared = true)
{
    private int _next;

    public string Name => name;

    public bool IsCompared => isCompared;

    public int EventBytes => corpus.BytesPerEvent;

    public Samples Nanoseconds { get; } = new();

    public double BytesPerEvent { get; private set; }

    public int Batch { get; private set; } = 500;

    /// <summary>A checksum over everything in the corpus.</summary>
    public ulong Check()
    {
        var sum = new DecodeSum(isExact: true);
        for (var i = 0; i < corpus.Count; i++)
        {
            read(corpus[i], ref sum);
        }

        return sum.Value;
    }

    /// <summary>Reads a batch; the corpus is read again from its start where it ends.</summary>
    public double Sample(bool isCounted)
    {
        var started = ThreadTime.Nanoseconds();
        var sum = new DecodeSum(isExact: false);
        for (var i = 0; i < Batch; i++)
        {
            read(corpus[_next], ref sum);
            _next = _next + 1 == corpus.Count ? 0 : _next + 1;
        }

        var perEvent = (ThreadTime.Nanoseconds() - started) / (double)Batch;
        GC.KeepAlive(sum.Value);
        if (isCounted)
        {
            Nanoseconds.Add(perEvent);
        }

        return perEvent;
    }

    /// <summary>Runs until the JIT has done its work, then counts allocations and decides how many events make a sample.</summary>
    public void WarmUp(TimeSpan atLeast, double sampleMilliseconds)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var perEvent = 0d;
        do
        {
            perEvent = Sample(isCounted: false);
            Thread.Sleep(1); // lets the background compilation have the processor
        }
        while (System.Diagnostics.Stopwatch.GetElapsedTime(started) < atLeast);

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Sample(isCounted: false);
        BytesPerEvent = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Batch;
        Batch = (int)Math.Clamp(sampleMilliseconds * 1e6 / perEvent, 50, 100_000);
    }
}
