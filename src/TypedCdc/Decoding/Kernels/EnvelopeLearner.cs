namespace TypedCdc.Decoding.Kernels;

/// <summary>Makes an <see cref="EnvelopeTemplate"/> of a record that the general path has read.</summary>
internal static class EnvelopeLearner
{
    // The kernels that read holes take these lengths.
    private const int MinEventId = 16;
    private const int MaxTimeDigits = 16;

    // Longer constant text is no envelope of DynamoDB's.
    private const int MaxConstantBytes = 2048;

    private static ReadOnlySpan<byte> NewImage => ",\"NewImage\":"u8;

    private static ReadOnlySpan<byte> OldImage => ",\"OldImage\":"u8;

    /// <summary>The template of a record; null where it is of a form that templates do not cover.</summary>
    internal static EnvelopeTemplate? Learn(ReadOnlySpan<byte> record, in RecordEnvelope envelope, in EnvelopeLayout layout)
    {
        if (!layout.IsComplete || !AreHolesUsual(record, envelope, layout))
        {
            return null;
        }

        var followers = FollowersOf(envelope, layout);
        if (ConstantBytes(record, followers) > MaxConstantBytes)
        {
            return null;
        }

        var parts = new List<TemplatePart>();
        var start = 0;
        foreach (var (kind, slice) in followers)
        {
            var text = record[start..slice.Start];
            AddMissingImages(parts, kind, layout);
            parts.Add(PartOf(text, start, kind, envelope, layout));
            start = slice.End;
        }

        AddMissingImages(parts, TemplateFollower.End, layout);
        parts.Add(PartOf(record[start..], start, TemplateFollower.End, envelope, layout));

        // All holes are in some part's text, not in what follows one; the identity is where its offsets are absolute.
        var isIdentityFirst = envelope.UserType.End <= parts[0].Length && envelope.UserPrincipal.End <= parts[0].Length;
        return parts.Sum(static part => part.Holes.Length) == HoleCount(envelope) && isIdentityFirst ? new()
        {
            Parts = [.. parts],
            TableName = envelope.TableName,
            Region = envelope.Region,
            Unit = layout.Unit,
            IsTimeToLive = layout.IsTimeToLiveIdentity,
            UserType = envelope.UserType,
            UserPrincipal = envelope.UserPrincipal,
        } : null;
    }

    private static int HoleCount(in RecordEnvelope envelope) => envelope.EventId.Length > 0 ? 3 : 2;

    private static int ConstantBytes(ReadOnlySpan<byte> record, List<(TemplateFollower Kind, JsonSlice Slice)> followers) =>
        record.Length - followers.Sum(static one => one.Slice.Length);

    private static bool AreHolesUsual(ReadOnlySpan<byte> record, in RecordEnvelope envelope, in EnvelopeLayout layout)
    {
        var time = layout.Time.Of(record);
        var size = layout.SizeBytes.Of(record);
        var sequenceNumber = envelope.SequenceNumber.Of(record);
        return layout.EventName is { Length: 6, HasEscapes: false }
            && (envelope.EventId.Length == 0 || envelope.EventId is { Length: >= MinEventId, IsPlain: true })
            && time.Length is > 0 and <= MaxTimeDigits && !time.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && size.Length <= 9 && !size.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !sequenceNumber.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static List<(TemplateFollower Kind, JsonSlice Slice)> FollowersOf(in RecordEnvelope envelope, in EnvelopeLayout layout)
    {
        List<(TemplateFollower Kind, JsonSlice Slice)> all =
        [
            (TemplateFollower.Keys, envelope.Keys), (TemplateFollower.NewImage, envelope.NewImage), (TemplateFollower.OldImage, envelope.OldImage),
            (TemplateFollower.SizeBytes, layout.SizeBytes), (TemplateFollower.SequenceNumber, envelope.SequenceNumber),
        ];
        all.RemoveAll(static one => one.Slice.Length == 0);
        all.Sort(static (one, other) => one.Slice.Start.CompareTo(other.Slice.Start));
        return all;
    }

    /// <summary>Images that this record does not have, where DynamoDB writes them: another record of the stream has them.</summary>
    private static void AddMissingImages(List<TemplatePart> parts, TemplateFollower next, in EnvelopeLayout layout)
    {
        if (parts.Count > 0 && parts[^1].Follower == TemplateFollower.Keys && !layout.HasNewImage)
        {
            parts.Add(Optional(NewImage, TemplateFollower.NewImage));
        }

        if (parts.Count > 0 && parts[^1].Follower is TemplateFollower.NewImage && next != TemplateFollower.OldImage && !layout.HasOldImage)
        {
            parts.Add(Optional(OldImage, TemplateFollower.OldImage));
        }
    }

    private static TemplatePart Optional(ReadOnlySpan<byte> text, TemplateFollower follower)
    {
        var mask = new byte[text.Length];
        Array.Fill(mask, (byte)255);
        return new(text.ToArray(), mask, [], follower, IsOptional: true);
    }

    private static TemplatePart PartOf(ReadOnlySpan<byte> text, int start, TemplateFollower follower, in RecordEnvelope envelope, in EnvelopeLayout layout)
    {
        var isOptional = (follower == TemplateFollower.NewImage && text.SequenceEqual(NewImage)) || (follower == TemplateFollower.OldImage && text.SequenceEqual(OldImage));
        var mask = new byte[text.Length];
        Array.Fill(mask, (byte)255);
        var holes = new List<TemplateHole>();
        AddHole(TemplateHoleKind.EventId, envelope.EventId);
        AddHole(TemplateHoleKind.Operation, layout.EventName);
        AddHole(TemplateHoleKind.Time, layout.Time);
        return new(text.ToArray(), mask, [.. holes], follower, isOptional);

        void AddHole(TemplateHoleKind kind, JsonSlice slice)
        {
            if (slice.Length > 0 && slice.Start >= start && slice.End <= start + mask.Length)
            {
                holes.Add(new(kind, slice.Start - start, slice.Length));
                Array.Clear(mask, slice.Start - start, slice.Length);
            }
        }
    }
}
