using System.Buffers;
using System.Text;
using TypedCdc.Decoding;

namespace TypedCdc.Decoding;

/// <summary>
/// Completes an error from its offset alone: the decoders know only where they stand, and nothing is spent on context while all is well.
/// The record's JSON is sound by then; its attribute values may not be, so the walk stops where it cannot go on.
/// </summary>
internal static class DecodeErrorContext
{
    private const int MaxValueLength = 256;

    internal static void Complete(CdcDecodeException exception, ReadOnlySpan<byte> record, in RecordEnvelope envelope, StreamPosition position, bool enableSensitiveData)
    {
        if (exception.TableName is not null)
        {
            return;
        }

        exception.TableName = envelope.TableName;
        exception.Position = position;
        if (envelope.Keys.Length > 0)
        {
            exception.Key = DescribeKey(record, envelope.Keys, enableSensitiveData);
        }

        if (exception.ByteOffset < 0)
        {
            return;
        }

        var image = Contains(envelope.NewImage, exception.ByteOffset) ? envelope.NewImage
            : Contains(envelope.OldImage, exception.ByteOffset) ? envelope.OldImage
            : Contains(envelope.Keys, exception.ByteOffset) ? envelope.Keys
            : default;
        if (image.Length == 0)
        {
            return;
        }

        exception.Image = image == envelope.NewImage ? (envelope.Operation == ChangeOperation.Snapshot ? "Item" : "NewImage") : image == envelope.OldImage ? "OldImage" : "Keys";
        var path = new StringBuilder();
        var value = WalkMap(record, image.Start, exception.ByteOffset, path);
        if (exception.AbsentName is { } absent)
        {
            AppendName(path, Encoding.UTF8.GetBytes(absent));
        }
        else if (enableSensitiveData && value.Length > 0)
        {
            exception.Value = Shorten(Encoding.UTF8.GetString(value.Of(record)));
        }

        exception.AttributePath = path.Length == 0 ? null : path.ToString();
    }

    /// <summary><c>userid</c>, or <c>device=qux, timestamp=2024-07-12T01:17:42</c> where values may be shown.</summary>
    private static string? DescribeKey(ReadOnlySpan<byte> record, in JsonSlice keys, bool enableSensitiveData)
    {
        var text = new StringBuilder();
        try
        {
            var json = new JsonScanner(record, keys.Start);
            json.Expect((byte)'{');
            if (json.TryTake((byte)'}'))
            {
                return null;
            }

            do
            {
                var name = json.TakeString();
                json.Expect((byte)':');
                text.Append(text.Length == 0 ? "" : ", ");
                AppendPlainName(text, name.Of(record));
                var value = json.SkipValue(0);
                if (enableSensitiveData)
                {
                    var slot = AttributeScanner.ScanValue(record, value.Start, out _);
                    text.Append('=').Append(Shorten(JsonText.GetString(record.Slice(slot.Start, slot.Length), slot.IsPlain)));
                }
            }
            while (json.TakeCommaOrEnd((byte)'}'));
        }
        catch (CdcDecodeException)
        {
            // The key itself is what is wrong.
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>Appends the path to the value that holds <paramref name="offset"/>, and gives that value.</summary>
    private static JsonSlice WalkMap(ReadOnlySpan<byte> record, int start, int offset, StringBuilder path)
    {
        try
        {
            var json = new JsonScanner(record, start);
            json.Expect((byte)'{');
            if (json.TryTake((byte)'}'))
            {
                return default;
            }

            do
            {
                var name = json.TakeString();
                json.Expect((byte)':');
                var value = json.SkipValue(0);
                if (offset >= name.Start && offset < value.End)
                {
                    AppendName(path, name.Of(record));
                    var inner = WalkValue(record, value.Start, offset, path);
                    return inner.Length > 0 ? inner : value;
                }
            }
            while (json.TakeCommaOrEnd((byte)'}'));
        }
        catch (CdcDecodeException)
        {
            // As far as it can be told.
        }

        return default;
    }

    private static JsonSlice WalkValue(ReadOnlySpan<byte> record, int start, int offset, StringBuilder path)
    {
        var json = new JsonScanner(record, start);
        if (!json.TryTake((byte)'{') || json.Peek() != '"')
        {
            return default;
        }

        var descriptor = json.TakeString();
        json.Expect((byte)':');
        var isMap = JsonText.Equals(descriptor.Of(record), "M"u8);
        var isList = JsonText.Equals(descriptor.Of(record), "L"u8);
        var next = json.Peek();
        if (isMap && next == '{')
        {
            return WalkMap(record, json.Position, offset, path);
        }

        if (!isList || next != '[')
        {
            return default;
        }

        json.Position++;
        if (json.TryTake((byte)']'))
        {
            return default;
        }

        var index = 0;
        do
        {
            var value = json.SkipValue(0);
            if (offset >= value.Start && offset < value.End)
            {
                path.Append('[').Append(System.Globalization.CultureInfo.InvariantCulture, $"{index}").Append(']');
                var inner = WalkValue(record, value.Start, offset, path);
                return inner.Length > 0 ? inner : value;
            }

            index++;
        }
        while (json.TakeCommaOrEnd((byte)']'));

        return default;
    }

    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(".[]\"'= \t\r\n,");

    /// <summary><c>address.zip</c>, and <c>address["a.b"]</c> for a name that would not read as one.</summary>
    private static void AppendName(StringBuilder path, ReadOnlySpan<byte> spelled)
    {
        var name = Shorten(JsonText.GetString(spelled, isPlain: false));
        if (name.Length == 0 || name.AsSpan().ContainsAny(NeedsQuotes))
        {
            path.Append("[\"").Append(name.Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"]");
            return;
        }

        path.Append(path.Length == 0 ? "" : ".").Append(name);
    }

    private static void AppendPlainName(StringBuilder text, ReadOnlySpan<byte> spelled) => text.Append(Shorten(JsonText.GetString(spelled, isPlain: false)));

    // Names come from outside and may be of any length; a message is for people and logs.
    private static string Shorten(string text) => text.Length <= MaxValueLength ? text : string.Concat(text.AsSpan(0, MaxValueLength), "…");

    private static bool Contains(in JsonSlice image, int offset) => image.Length > 0 && offset >= image.Start && offset < image.End;
}
