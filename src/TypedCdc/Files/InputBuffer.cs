namespace TypedCdc.Files;

/// <summary>A window over a stream that grows while a record is looked at, and slides on when it is consumed.</summary>
internal sealed class InputBuffer(Stream stream, int initialSize = 64 * 1024)
{
    private byte[] _bytes = new byte[initialSize];
    private int _start;
    private int _end;

    /// <summary>The bytes read and not consumed.</summary>
    internal ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _end - _start);

    internal ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, _end - _start);

    internal int Length => _end - _start;

    internal int Capacity => _bytes.Length;

    /// <summary>The offset of the window's first byte in the stream.</summary>
    internal long Offset { get; private set; }

    /// <summary>The stream has ended; the window holds its rest.</summary>
    internal bool IsEnd { get; private set; }

    internal void Consume(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Reads more, at least as much again as there is, so that looking at a record anew each time stays linear. False at the end.</summary>
    internal async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (IsEnd)
        {
            return false;
        }

        var wanted = Math.Max(initialSize / 2, Length);
        if (_bytes.Length - _end < wanted)
        {
            var target = Length + wanted > _bytes.Length ? new byte[checked(Length + (2 * wanted))] : _bytes;
            Span.CopyTo(target);
            (_bytes, _end, _start) = (target, Length, 0);
        }

        var before = Length;
        while (Length - before < wanted)
        {
            var read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                IsEnd = true;
                break;
            }

            _end += read;
        }

        return Length > before;
    }
}
