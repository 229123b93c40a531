using System.Globalization;

namespace TypedCdc;

/// <summary>
/// An event's id. Kinesis gives a UUID, DynamoDB Streams 32 hexadecimal digits: both are kept as a Guid and become text on demand.
/// Anything else is kept as it came.
/// </summary>
internal readonly record struct EventId
{
    private readonly Guid _id;
    private readonly object? _form; // null: none; DashedForm or HexForm: how _id was written; a string: the id itself

    private static readonly object DashedForm = new();
    private static readonly object HexForm = new();

    private EventId(Guid id, object form)
    {
        _id = id;
        _form = form;
    }

    internal static EventId Parse(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[36];
        if (utf8.Length is 36 or 32 && System.Text.Ascii.ToUtf16(utf8, text, out var length) == System.Buffers.OperationStatus.Done)
        {
            // Upper-case digits would not come back as they were written, so they stay text.
            var written = text[..length];
            if (!written.ContainsAnyInRange('A', 'F'))
            {
                if (length == 36 && Guid.TryParseExact(written, "D", out var dashed))
                {
                    return new(dashed, DashedForm);
                }

                if (length == 32 && Guid.TryParseExact(written, "N", out var hex))
                {
                    return new(hex, HexForm);
                }
            }
        }

        return utf8.IsEmpty ? default : new(default, System.Text.Encoding.UTF8.GetString(utf8));
    }

    /// <inheritdoc/>
    public override string ToString() => _form switch
    {
        null => "",
        string text => text,
        var form => _id.ToString(ReferenceEquals(form, DashedForm) ? "D" : "N", CultureInfo.InvariantCulture),
    };
}
