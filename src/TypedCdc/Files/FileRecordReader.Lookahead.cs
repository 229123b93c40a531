namespace TypedCdc.Files;

// Looks ahead without taking anything: for the next record, the next newline, and what kind of file it is.
internal sealed partial class FileRecordReader
{
    /// <summary>The first place in [<paramref name="from"/>, <paramref name="end"/>) where a change record or an envelope begins; -1 for none. Only reads ahead.</summary>
    private async ValueTask<int> FindRecordAsync(int from, int end, CancellationToken cancellationToken)
    {
        while (from < end)
        {
            var brace = _input.Span[from..end].IndexOf((byte)'{');
            if (brace < 0)
            {
                return -1;
            }

            from += brace;
            var frame = await ScanAsync(from, cancellationToken);
            if (frame.Kind is FrameKind.Envelope or FrameKind.Items || frame.Payload is not null
                || (frame.Kind == FrameKind.Complete && frame.LooksLikeRecord && IsRecord(frame.Data ?? _input.Memory.Slice(from, frame.Length))))
            {
                return from;
            }

            from++;
        }

        return -1;
    }

    private bool IsRecord(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            CdcRecord.Parse(utf8, default, options);
            return true;
        }
        catch (CdcDecodeException)
        {
            return false;
        }
    }

    private async ValueTask<Layout> GuessLayoutAsync(CancellationToken cancellationToken)
    {
        var newline = await FindNewlineAsync(0, cancellationToken);
        if (newline < 0)
        {
            return Layout.Concatenated;
        }

        // An object spread over lines begins with a line of its own, or goes on indented.
        var afterLine = _input.Span[(newline + 1)..];
        if (_input.Span[..newline].Trim(" \t\r"u8).SequenceEqual("{"u8) || (_input.Span[0] == '{' && !afterLine.IsEmpty && afterLine[0] is (byte)' ' or (byte)'\t'))
        {
            return Layout.Concatenated;
        }

        // Another record on this line, with a further one directly behind it, is no file of lines either.
        var record = await FindRecordAsync(1, newline, cancellationToken);
        if (record < 0)
        {
            return Layout.Lines;
        }

        var frame = JsonFrame.Scan(_input.Span[record..]);
        var behind = record + frame.Length;
        return behind < _input.Length && _input.Span[behind] == '{' ? Layout.Concatenated : Layout.Lines;
    }

    /// <summary>The next newline, looked for no farther than a record may be long; -1 for none.</summary>
    private async ValueTask<int> FindNewlineAsync(int from, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _input.Span[from..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return from + newline;
            }

            from = _input.Length;
            if (from >= maximumRecordBytes || !await _input.FillAsync(cancellationToken))
            {
                return -1;
            }
        }
    }

    private async ValueTask<JsonFrame> ScanAsync(int from, CancellationToken cancellationToken)
    {
        while (true)
        {
            var frame = JsonFrame.Scan(_input.Span[from..]);
            if (frame.Kind != FrameKind.Incomplete || _input.Length - from >= maximumRecordBytes || !await _input.FillAsync(cancellationToken))
            {
                return frame;
            }
        }
    }
}
