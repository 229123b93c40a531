using System.Buffers.Text;
using System.Globalization;

namespace TypedCdc.Changes;

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
        // Upper-case digits would not come back as they were written, so they stay text.
        if (utf8.Length is 36 or 32 && !utf8.ContainsAnyInRange((byte)'A', (byte)'F')
            && Utf8Parser.TryParse(utf8, out Guid id, out var consumed, utf8.Length == 36 ? 'D' : 'N') && consumed == utf8.Length)
        {
            return new(id, utf8.Length == 36 ? DashedForm : HexForm);
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
