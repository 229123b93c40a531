using System.Buffers;
using TypedCdc.Sources;

namespace TypedCdc.Files;

/// <summary>
/// Finds the records in a file, whatever they are wrapped in: a line each, one behind the other without a newline (Firehose), spread over lines, elements of
/// <c>{"Records":[…]}</c> or of a JSON array, the items of a scan or query (<c>{"Items":[…]}</c>), or the event in what a Lambda destination keeps. Memory is bounded by the longest record.
/// </summary>
/// <remarks>
/// What is not JSON ends at the next newline in a file of lines, and otherwise at the next <c>{</c> that begins a change record. A file is one of lines as soon as a newline has
/// stood between two records; before that, the first broken place itself decides.
/// </remarks>
internal sealed partial class FileRecordReader(Stream stream, int maximumRecordBytes, CdcRecordOptions? options = null)
{
    private readonly InputBuffer _input = new(stream);
    private readonly ArrayBufferWriter<byte> _broken = new();
    private readonly ArrayBufferWriter<byte> _item = new();
    private Layout _layout;
    private bool _isInArray;             // between the brackets of "Records" or of a top-level array
    private bool _isEnvelope;            // the array belongs to an object, whose rest follows
    private bool _isItems;               // the array's elements are items without anything around them
    private FileRecordReader? _payload;  // the event inside the object before
    private ByteRange _payloadRange;
    private bool _isAtLineStart = true;  // nothing but blanks stands before on this line
    private bool _hasBegun;

    private enum Layout : byte
    {
        /// <summary>Nothing is known yet.</summary>
        Unknown,

        /// <summary>A newline ends a record, and a broken one too.</summary>
        Lines,

        /// <summary>Only JSON itself says where a record ends.</summary>
        Concatenated,
    }

    /// <summary>How many bytes of memory the file takes now.</summary>
    internal int HeldBytes => _input.Capacity + _broken.Capacity + _item.Capacity;

    /// <summary>The next record; null at the end of the file.</summary>
    internal async ValueTask<FileRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            await BeginAsync(cancellationToken);
        }

        while (true)
        {
            if (_payload is not null && await _payload.ReadAsync(cancellationToken) is { } inner)
            {
                return inner with { Range = _payloadRange };
            }

            _payload = null;
            if (!await SkipSeparatorsAsync(cancellationToken))
            {
                return null;
            }

            var frame = await ScanAsync(0, cancellationToken);
            switch (frame.Kind)
            {
                case FrameKind.Envelope or FrameKind.Items:
                    Consume(frame.Length);
                    (_isInArray, _isEnvelope, _isItems) = (true, true, frame.Kind == FrameKind.Items);
                    continue;
                case FrameKind.Complete when frame.Payload is { } payload && !_isItems:
                    _payloadRange = Take(frame).Range;
                    _payload = new(new MemoryStream(payload), maximumRecordBytes, options);
                    continue;
                case FrameKind.Complete when _isInArray || !await IsPartOfBrokenLineAsync(frame.Length, cancellationToken):
                    return Take(frame);
                default:
                    return await TakeBrokenAsync(cancellationToken);
            }
        }
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await _input.FillAsync(cancellationToken);
        if (_input.Span.StartsWith("\uFEFF"u8))
        {
            _input.Consume(3);
        }

        // A JSON array of records: only as a whole file.
        var blanks = _input.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (blanks >= 0 && _input.Span[blanks] == '[')
        {
            var next = _input.Span[(blanks + 1)..].IndexOfAnyExcept(" \t\r\n"u8);
            if (next >= 0 && _input.Span[blanks + 1 + next] == '{')
            {
                _input.Consume(blanks + 1);
                _isInArray = true;
            }
        }
    }

    /// <summary>Goes to the next record. False at the end.</summary>
    private async ValueTask<bool> SkipSeparatorsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_input.Length == 0 && !await _input.FillAsync(cancellationToken))
            {
                return false;
            }

            switch (_input.Span[0])
            {
                case (byte)'\n':
                    _input.Consume(1);
                    _isAtLineStart = true;
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r':
                case (byte)',' when _isInArray:
                    _input.Consume(1);
                    break;
                case (byte)']' when _isInArray:
                    Consume(1);
                    (_isInArray, _isItems) = (false, false);
                    if (_isEnvelope)
                    {
                        _isEnvelope = false;
                        await SkipEnvelopeTailAsync(cancellationToken);
                    }

                    break;
                default:
                    return true;
            }
        }
    }

    /// <summary>Behind <c>Records</c>: other properties, up to the brace that closes the envelope.</summary>
    private async ValueTask SkipEnvelopeTailAsync(CancellationToken cancellationToken)
    {
        var depth = 1;
        var isInString = false;
        while (_input.Length > 0 || await _input.FillAsync(cancellationToken))
        {
            var symbol = _input.Span[0];
            if (symbol == '\n' && (isInString || (_layout == Layout.Lines && !await IsClosedBehindBlanksAsync(cancellationToken))))
            {
                return; // broken; what follows the newline counts for itself
            }

            if (symbol == '\\' && isInString && _input.Length < 2 && !await _input.FillAsync(cancellationToken))
            {
                return;
            }

            Consume(symbol == '\\' && isInString ? 2 : 1);
            isInString ^= symbol == '"';
            if (!isInString)
            {
                depth += symbol is (byte)'{' or (byte)'[' ? 1 : symbol is (byte)'}' or (byte)']' ? -1 : 0;
                if (depth == 0)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Whether a brace is the next that is not blank: an envelope that is spread over lines ends there, and no line begins so.</summary>
    private async ValueTask<bool> IsClosedBehindBlanksAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = _input.Span.IndexOfAnyExcept(" \t\r\n"u8);
            if (next >= 0)
            {
                return _input.Span[next] == '}';
            }

            if (_input.Length >= maximumRecordBytes || !await _input.FillAsync(cancellationToken))
            {
                return false;
            }
        }
    }

    private FileRecord Take(in JsonFrame frame)
    {
        var utf8 = _input.Memory[..frame.Length];
        var range = new ByteRange(_input.Offset, frame.Length);
        var hasNewline = utf8.Span.Contains((byte)'\n');
        if (_layout != Layout.Lines && !_isInArray)
        {
            var next = _input.Span[frame.Length..].IndexOfAnyExcept(" \t\r"u8);
            if (hasNewline || (next >= 0 && _input.Span[frame.Length + next] == '{'))
            {
                _layout = Layout.Concatenated;
            }
            else if (next >= 0 && _input.Span[frame.Length + next] == '\n')
            {
                _layout = Layout.Lines;
            }
        }

        if (_isItems)
        {
            // Whatever its attributes are called.
            var item = Wrap(utf8.Span);
            Consume(frame.Length);
            return new(item, range, Problem: null);
        }

        var record = frame.Problem is null && frame.Data is { } data ? data : utf8;
        Consume(frame.Length);
        return new(record, range, frame.Problem, frame.CarriedNumber);
    }

    /// <summary>An item as the line of an export that it could be.</summary>
    private ReadOnlyMemory<byte> Wrap(ReadOnlySpan<byte> item)
    {
        _item.ResetWrittenCount();
        _item.Write("{\"Item\":"u8);
        _item.Write(item);
        _item.Write("}"u8);
        return _item.WrittenMemory;
    }

    /// <summary>
    /// Whether an object that is whole belongs to a line that is not: <c>{…}garbage</c>, or <c>{"a":</c> with a record and a <c>}</c> on the lines behind it. In a file
    /// of lines that is one broken line, not a record and a broken one.
    /// </summary>
    private async ValueTask<bool> IsPartOfBrokenLineAsync(int length, CancellationToken cancellationToken)
    {
        if (!_isAtLineStart || _layout == Layout.Concatenated)
        {
            return false;
        }

        if (_input.Span[..length].Contains((byte)'\n'))
        {
            // A line that was cut off may swallow its whole neighbours when a stray brace closes it: in a file of lines only a record may be spread over several.
            return _layout == Layout.Lines && !IsRecord(_input.Memory[..length]);
        }

        var at = length;
        while (true)
        {
            var next = _input.Span[at..].IndexOfAnyExcept(" \t\r"u8);
            if (next >= 0)
            {
                at += next;
                break;
            }

            at = _input.Length;
            if (!await _input.FillAsync(cancellationToken))
            {
                return false;
            }
        }

        if (_input.Span[at] is (byte)'\n' or (byte)'{')
        {
            return false;
        }

        if (_layout == Layout.Lines)
        {
            return true;
        }

        // Nothing is known of the file: where more records follow on this line, it is not one of lines.
        var end = await FindNewlineAsync(at, cancellationToken);
        return end >= 0 && await FindRecordAsync(at, end, cancellationToken) < 0;
    }

    private async ValueTask<FileRecord> TakeBrokenAsync(CancellationToken cancellationToken)
    {
        var start = _input.Offset;
        var isTooLong = _input.Length >= maximumRecordBytes;
        _broken.ResetWrittenCount();
        if (!_isInArray && _layout == Layout.Unknown)
        {
            _layout = await GuessLayoutAsync(cancellationToken);
        }

        if (!_isInArray && _layout == Layout.Lines)
        {
            await TakeLineAsync(cancellationToken);
        }
        else
        {
            await TakeUpToRecordAsync(cancellationToken);
        }

        var length = _input.Offset - start;
        var problem = isTooLong || length > maximumRecordBytes
            ? $"Not a change record: nothing that ends within the {maximumRecordBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)} bytes that a record may have."
            : "Not a change record: the bytes are not a JSON object.";
        return new(_broken.WrittenMemory, new(start, length), problem);
    }

    /// <summary>Consumes up to, and without, the newline or the blanks before it.</summary>
    private async ValueTask TakeLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _input.Span.IndexOf((byte)'\n');
            if (newline >= 0)
            {
                ConsumeBroken(newline > 0 && _input.Span[newline - 1] == '\r' ? newline - 1 : newline);
                return;
            }

            ConsumeBroken(_input.Length);
            if (!await _input.FillAsync(cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Consumes up to the next <c>{</c> that begins a change record or an envelope, or to the end.</summary>
    private async ValueTask TakeUpToRecordAsync(CancellationToken cancellationToken)
    {
        var from = 1;
        while (true)
        {
            // In pieces, so that a file of garbage is not held in memory.
            var end = _input.Length;
            var found = await FindRecordAsync(Math.Min(from, end), end, cancellationToken);
            if (found >= 0)
            {
                var blanks = _input.Span[..found].TrimEnd(_isInArray ? ", \t\r\n"u8 : " \t\r\n"u8).Length;
                ConsumeBroken(Math.Max(blanks, Math.Min(1, found)));
                return;
            }

            ConsumeBroken(end);
            from = 0;
            if (_input.Length == 0 && !await _input.FillAsync(cancellationToken))
            {
                return;
            }
        }
    }

    private void Consume(int count)
    {
        _isAtLineStart = false;
        _input.Consume(count);
    }

    private void ConsumeBroken(int count)
    {
        _broken.Write(_input.Span[..Math.Min(count, maximumRecordBytes - _broken.WrittenCount)]);
        Consume(count);
    }
}
