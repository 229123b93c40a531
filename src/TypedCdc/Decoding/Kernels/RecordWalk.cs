using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// Reads a whole record in one walk: the envelope by a template, each image into its slots. It gives exactly what <see cref="EnvelopeParser"/> and <see cref="AttributeScanner"/> give together, or
/// nothing, and then those two are asked.
/// </summary>
internal static class RecordWalk
{
    // The kernels read blocks of 64 bytes; no record of DynamoDB's is shorter.
    private const int MinLength = 128;

    /// <summary>Reads a record; false where the general path has to.</summary>
    /// <param name="record">The record.</param>
    /// <param name="table">The model's attributes.</param>
    /// <param name="after">Takes the new image: one slot an attribute. Not touched where there is none.</param>
    /// <param name="before">Takes the old image.</param>
    /// <param name="walked">The envelope, and what else was found.</param>
    internal static bool TryRead(ReadOnlySpan<byte> record, AttributeTable table, Span<AttributeSlot> after, Span<AttributeSlot> before, out WalkedRecord walked)
    {
        if (!Bytes.AreKernelsSupported || record.Length < MinLength)
        {
            walked = default;
            return false;
        }

        var workspace = DecodeWorkspace.Current;
        var templates = workspace.Templates;
        ref var followers = ref workspace.FollowersOf(table);
        workspace.HasUnusualImage = false;
        for (var i = 0; i < templates.Length; i++)
        {
            if (TryRead(record, templates[i], workspace, table, after, before, ref followers, out walked))
            {
                workspace.Fitted(i);
                return true;
            }
        }

        walked = default;
        return false;
    }

    /// <summary>Learns the envelope of a record that the general path had to read.</summary>
    internal static void Learn(ReadOnlySpan<byte> record, in RecordEnvelope envelope, in EnvelopeLayout layout)
    {
        if (!Bytes.AreKernelsSupported || record.Length < MinLength)
        {
            return;
        }

        var workspace = DecodeWorkspace.Current;
        if (workspace.HasUnusualImage)
        {
            return;
        }

        if (workspace.MayLearn() && EnvelopeLearner.Learn(record, envelope, layout) is { } template)
        {
            workspace.Add(template);
        }
    }

    /// <summary>Reads the envelope alone; the images are checked and not kept. False where the general path has to.</summary>
    internal static bool TryReadEnvelope(ReadOnlySpan<byte> record, out WalkedRecord walked)
    {
        if (Bytes.AreKernelsSupported && record.Length >= MinLength)
        {
            var workspace = DecodeWorkspace.Current;
            var templates = workspace.Templates;
            workspace.HasUnusualImage = false;
            for (var i = 0; i < templates.Length; i++)
            {
                if (TryRead(record, templates[i], workspace, null, default, default, ref Unsafe.NullRef<ushort>(), out walked))
                {
                    workspace.Fitted(i);
                    return true;
                }
            }
        }

        walked = default;
        return false;
    }

    private static bool TryRead(
        ReadOnlySpan<byte> record, EnvelopeTemplate template, DecodeWorkspace workspace, AttributeTable? table, Span<AttributeSlot> after, Span<AttributeSlot> before, ref ushort followers, out WalkedRecord walked)
    {
        ref var bytes = ref MemoryMarshal.GetReference(record);
        var length = record.Length;
        var position = 0;
        Unsafe.SkipInit(out walked);
        walked.HasUnmappedAfter = walked.HasUnmappedBefore = false;
        ref var envelope = ref walked.Envelope;
        template.Begin(out envelope);
        foreach (var part in template.Parts)
        {
            if (!EnvelopeTemplate.Matches(part, ref bytes, length, position))
            {
                if (part.IsOptional)
                {
                    continue;
                }

                return false;
            }

            if (part.Holes.Length > 0 && !template.ReadHoles(part, ref bytes, length, position, ref envelope))
            {
                return false;
            }

            position += part.Length;
            var start = position;
            switch (part.Follower)
            {
                case TemplateFollower.Keys:
                    position = ValueScanner.SkipMap(ref bytes, length, start, depth: 0);
                    envelope.Keys = new(start, position - start, false, false);
                    break;
                case TemplateFollower.NewImage:
                    position = table is null
                        ? ValueScanner.SkipMap(ref bytes, length, start, depth: 0)
                        : MapScanner.Scan(ref bytes, length, start, table, after, ref followers, out walked.HasUnmappedAfter);
                    envelope.NewImage = new(start, position - start, false, false);
                    break;
                case TemplateFollower.OldImage:
                    position = table is null
                        ? ValueScanner.SkipMap(ref bytes, length, start, depth: 0)
                        : MapScanner.Scan(ref bytes, length, start, table, before, ref followers, out walked.HasUnmappedBefore);
                    envelope.OldImage = new(start, position - start, false, false);
                    break;
                case TemplateFollower.SizeBytes:
                    position = EnvelopeTemplate.ReadSize(ref bytes, length, start, out envelope.SizeBytes);
                    break;
                case TemplateFollower.SequenceNumber:
                    position = EnvelopeTemplate.SkipDigits(ref bytes, length, start);
                    envelope.SequenceNumber = new(start, position - start, IsPlain: true, HasEscapes: false);
                    break;
                default:
                    envelope.IsTimeToLive = template.IsTimeToLive && envelope.Operation == ChangeOperation.Remove;
                    return position == length;
            }

            if (position < 0)
            {
                workspace.HasUnusualImage |= part.Follower <= TemplateFollower.OldImage;
                return false;
            }
        }

        return false;
    }
}

/// <summary>What a walk found beside the slots.</summary>
internal struct WalkedRecord
{
    internal RecordEnvelope Envelope;
    internal bool HasUnmappedAfter;
    internal bool HasUnmappedBefore;
}
