using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// The envelope of a stream's records, which differs from one to the next only in ids, times and sizes: its constant bytes are compared, the rest is read at its place. Learned from a record that the
/// general path has read (<see cref="EnvelopeLearner"/>); a record that differs anywhere is one for that path.
/// </summary>
internal sealed class EnvelopeTemplate
{
    private const long MaxMicroseconds = 253_402_300_799_999_999; // 9999-12-31T23:59:59.999999Z, as EventTime
    private const ulong SixBytes = 0x0000FFFFFFFFFFFF;

    private static readonly ulong Insert = Bytes.Word("INSERT"u8);
    private static readonly ulong Modify = Bytes.Word("MODIFY"u8);
    private static readonly ulong Remove = Bytes.Word("REMOVE"u8);

    internal required TemplatePart[] Parts { get; init; }

    internal required string TableName { get; init; }

    internal required string Region { get; init; }

    internal required TimeUnit Unit { get; init; }

    /// <summary>Whether a removal is one by time to live.</summary>
    internal required bool IsTimeToLive { get; init; }

    /// <summary>The constant <c>userIdentity</c>, as offsets into the first part.</summary>
    internal required JsonSlice UserType { get; init; }

    /// <inheritdoc cref="UserType"/>
    internal required JsonSlice UserPrincipal { get; init; }

    /// <summary>Fills what does not depend on the record.</summary>
    internal void Begin(out RecordEnvelope envelope)
    {
        envelope = default;
        envelope.TableName = TableName;
        envelope.Region = Region;
        envelope.UserType = UserType;
        envelope.UserPrincipal = UserPrincipal;
    }

    /// <summary>Whether the record has the part's constant bytes at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Matches(TemplatePart part, ref byte bytes, int length, int position) =>
        position <= length - part.Length && (part.Length >= Vector256<byte>.Count ? MatchesLong(part, ref bytes, position) : MatchesShort(part, ref bytes, position));

    /// <summary>Reads what a part leaves open; false where it is not of the usual form.</summary>
    internal bool ReadHoles(TemplatePart part, ref byte bytes, int length, int position, ref RecordEnvelope envelope)
    {
        foreach (ref readonly var hole in part.Holes.AsSpan())
        {
            var start = position + hole.Offset;
            switch (hole.Kind)
            {
                case TemplateHoleKind.EventId:
                    if (!IsPlain(ref bytes, start, hole.Length))
                    {
                        return false;
                    }

                    envelope.EventId = new(start, hole.Length, IsPlain: true, HasEscapes: false);
                    break;
                case TemplateHoleKind.Operation:
                    if (start > length - sizeof(ulong))
                    {
                        return false;
                    }

                    var name = Bytes.U64(ref bytes, start) & SixBytes;
                    envelope.Operation = name == Modify ? ChangeOperation.Modify : name == Insert ? ChangeOperation.Insert : ChangeOperation.Remove;
                    if (envelope.Operation == ChangeOperation.Remove && name != Remove)
                    {
                        return false;
                    }

                    break;
                default:
                    if (!TryReadTime(ref bytes, start, hole.Length, out envelope.TimestampMicroseconds))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    /// <summary>One to nine digits without a leading zero, up to another character.</summary>
    internal static int ReadSize(ref byte bytes, int length, int position, out int size)
    {
        size = 0;
        var start = position;
        while (position < length && position - start < 9 && (uint)(Bytes.U8(ref bytes, position) - '0') <= 9)
        {
            size = size * 10 + (Bytes.U8(ref bytes, position++) - '0');
        }

        return position == start || (position - start > 1 && Bytes.U8(ref bytes, start) == '0') ? -1 : position;
    }

    /// <summary>The end of a run of digits of any length.</summary>
    internal static int SkipDigits(ref byte bytes, int length, int position)
    {
        var start = position;
        while (position < length && (uint)(Bytes.U8(ref bytes, position) - '0') <= 9)
        {
            position++;
        }

        return position == start ? -1 : position;
    }

    private bool TryReadTime(ref byte bytes, int start, int length, out long microseconds)
    {
        var end = start + length;
        microseconds = 0;
        if (Bytes.U8(ref bytes, start) == '0' || NumberKernel.FormOf(ref bytes, start, end) != NumberForm.Digits)
        {
            return false;
        }

        var time = (long)NumberKernel.Digits(ref bytes, start, end);
        var unit = Unit != TimeUnit.Unknown ? Unit : EventTime.UnitOf(time);
        var factor = unit switch
        {
            TimeUnit.Seconds => 1_000_000L,
            TimeUnit.Milliseconds => 1_000L,
            _ => 1L,
        };
        if (time > MaxMicroseconds / factor)
        {
            return false;
        }

        microseconds = time * factor;
        return true;
    }

    private static bool MatchesLong(TemplatePart part, ref byte bytes, int position)
    {
        ref var expected = ref MemoryMarshal.GetArrayDataReference(part.Expected);
        ref var mask = ref MemoryMarshal.GetArrayDataReference(part.Mask);
        ref var at = ref Unsafe.Add(ref bytes, (nint)(uint)position);

        // The last block overlaps the one before it, so that nothing behind the part is read.
        if (Vector512.IsHardwareAccelerated && part.Length >= Vector512<byte>.Count)
        {
            nuint end = (uint)(part.Length - Vector512<byte>.Count);
            var different = (Vector512.LoadUnsafe(ref at, end) ^ Vector512.LoadUnsafe(ref expected, end)) & Vector512.LoadUnsafe(ref mask, end);
            for (nuint i = 0; i < end; i += (nuint)Vector512<byte>.Count)
            {
                different |= (Vector512.LoadUnsafe(ref at, i) ^ Vector512.LoadUnsafe(ref expected, i)) & Vector512.LoadUnsafe(ref mask, i);
            }

            return different == Vector512<byte>.Zero;
        }

        nuint last = (uint)(part.Length - Vector256<byte>.Count);
        var differences = (Vector256.LoadUnsafe(ref at, last) ^ Vector256.LoadUnsafe(ref expected, last)) & Vector256.LoadUnsafe(ref mask, last);
        for (nuint i = 0; i < last; i += (nuint)Vector256<byte>.Count)
        {
            differences |= (Vector256.LoadUnsafe(ref at, i) ^ Vector256.LoadUnsafe(ref expected, i)) & Vector256.LoadUnsafe(ref mask, i);
        }

        return differences == Vector256<byte>.Zero;
    }

    private static bool MatchesShort(TemplatePart part, ref byte bytes, int position)
    {
        ref var expected = ref MemoryMarshal.GetArrayDataReference(part.Expected);
        ref var mask = ref MemoryMarshal.GetArrayDataReference(part.Mask);
        ref var at = ref Unsafe.Add(ref bytes, (nint)(uint)position);
        if (part.Length >= Vector128<byte>.Count)
        {
            nuint last = (uint)(part.Length - Vector128<byte>.Count);
            var differences = ((Vector128.LoadUnsafe(ref at) ^ Vector128.LoadUnsafe(ref expected)) & Vector128.LoadUnsafe(ref mask))
                | ((Vector128.LoadUnsafe(ref at, last) ^ Vector128.LoadUnsafe(ref expected, last)) & Vector128.LoadUnsafe(ref mask, last));
            return differences == Vector128<byte>.Zero;
        }

        if (part.Length >= sizeof(ulong))
        {
            var last = part.Length - sizeof(ulong);
            return ((((Bytes.U64(ref at, 0) ^ Bytes.U64(ref expected, 0)) & Bytes.U64(ref mask, 0))
                | ((Bytes.U64(ref at, last) ^ Bytes.U64(ref expected, last)) & Bytes.U64(ref mask, last))) == 0);
        }

        for (var i = 0; i < part.Length; i++)
        {
            if (((Bytes.U8(ref at, i) ^ Bytes.U8(ref expected, i)) & Bytes.U8(ref mask, i)) != 0)
            {
                return false;
            }
        }

        return true;
    }

    // ASCII without quotes, backslashes and control characters.
    private static bool IsPlain(ref byte bytes, int start, int length)
    {
        nuint offset = (uint)start;
        nuint last = (uint)(start + length - Vector128<byte>.Count);
        var bad = Special(Vector128.LoadUnsafe(ref bytes, last));
        for (; offset < last; offset += (nuint)Vector128<byte>.Count)
        {
            bad |= Special(Vector128.LoadUnsafe(ref bytes, offset));
        }

        return bad == Vector128<byte>.Zero;

        static Vector128<byte> Special(Vector128<byte> block) =>
            Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\')) | Vector128.LessThan(block.AsSByte(), Vector128.Create((sbyte)' ')).AsByte();
    }
}

/// <summary>Constant bytes of a template, what they leave open, and what follows them.</summary>
/// <param name="Expected">The bytes, without the holes.</param>
/// <param name="Mask">255 for each byte that counts, 0 in holes.</param>
/// <param name="Holes">What is open, of constant length.</param>
/// <param name="Follower">What follows, of any length.</param>
/// <param name="IsOptional">Whether a record without the part and what follows it is one of the template's too: an image.</param>
internal sealed record TemplatePart(byte[] Expected, byte[] Mask, TemplateHole[] Holes, TemplateFollower Follower, bool IsOptional)
{
    internal int Length => Expected.Length;
}

/// <summary>What a part leaves open.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it is in the part.</param>
/// <param name="Length">How long it is in every record.</param>
internal readonly record struct TemplateHole(TemplateHoleKind Kind, int Offset, int Length);

/// <summary>What is open in a part.</summary>
internal enum TemplateHoleKind
{
    EventId,
    Operation,
    Time,
}

/// <summary>What follows a part.</summary>
internal enum TemplateFollower
{
    Keys,
    NewImage,
    OldImage,
    SizeBytes,
    SequenceNumber,
    End,
}
