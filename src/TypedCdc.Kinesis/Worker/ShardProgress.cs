using System.Runtime.InteropServices;

namespace TypedCdc.Kinesis.Worker;

/// <summary>How far one shard was read, as it is stored.</summary>
/// <param name="Checkpoint">The last record that is done; null where none is.</param>
/// <param name="CompleteUntil">Every record that arrived before this instant is behind the checkpoint; null where that is not known.
/// It tells a checkpoint that was trimmed on an idle shard from one behind which records were lost.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ShardProgress(SequenceNumber? Checkpoint, DateTimeOffset? CompleteUntil)
{
    /// <summary>The <see cref="CompleteUntil"/> of a closed shard that was read to its end (the KCL's SHARD_END).</summary>
    internal static readonly DateTimeOffset End = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The <see cref="CompleteUntil"/> of a shard of which nothing is known but its checkpoint.</summary>
    internal static readonly DateTimeOffset Unknown = DateTimeOffset.UnixEpoch;

    internal bool IsEnded => CompleteUntil == End;

    internal bool IsEmpty => Checkpoint is null && CompleteUntil is null;
}
