namespace TypedCdc.Delivery;

/// <summary>Room in the in-flight budget, asked for before a batch is parsed.</summary>
internal sealed class Reservation(long bytes, int records)
{
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal long Bytes { get; } = bytes;

    internal int Records { get; } = records;

    /// <summary>Where it stands; written by the core only.</summary>
    internal ReservationState State { get; set; }

    /// <summary>Ends when there is room. For the shell.</summary>
    internal Task Admitted => _admitted.Task;

    internal void SignalAdmitted() => _admitted.TrySetResult();
}

internal enum ReservationState : byte
{
    Waiting,
    Admitted,
    Cancelled,
}
