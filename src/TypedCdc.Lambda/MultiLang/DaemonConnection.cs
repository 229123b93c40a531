using System.Buffers;
using System.Text.Json;

namespace TypedCdc.Lambda.MultiLang;

/// <summary>The two streams between the daemon and its child: one JSON message a line, and nothing else.</summary>
internal sealed class DaemonConnection(Stream input, Stream output) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _start;   // of what is not read yet
    private int _end;

    /// <summary>The next line without its end, valid until the next call; null when the daemon has closed its side. Empty lines are passed over.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            var newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + newline - _start);
                _start = searched = searched + newline + 1;
                if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                {
                    return line;
                }

                continue;
            }

            MakeRoom();
            searched = _end;
            var read = await input.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            _end += read;
        }
    }

    /// <summary>Says that an action is done.</summary>
    internal ValueTask WriteStatusAsync(string action, CancellationToken cancellationToken) => WriteAsync(
        writer =>
        {
            writer.WriteString("action"u8, "status"u8);
            writer.WriteString("responseFor"u8, action);
        },
        cancellationToken);

    /// <summary>Asks for a checkpoint; null for the shard's end.</summary>
    internal ValueTask WriteCheckpointAsync(DaemonPosition? position, CancellationToken cancellationToken) => WriteAsync(
        writer =>
        {
            writer.WriteString("action"u8, "checkpoint"u8);
            writer.WriteString("sequenceNumber"u8, position?.SequenceNumber);
            if (position?.SubSequenceNumber is { } subNumber)
            {
                writer.WriteNumber("subSequenceNumber"u8, subNumber);
            }
            else
            {
                writer.WriteNull("subSequenceNumber"u8);
            }
        },
        cancellationToken);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask WriteAsync(Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        await output.WriteAsync(line.WrittenMemory, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>Moves what is not read to the front, and grows the buffer when that is not enough: a line holds a whole batch.</summary>
    private void MakeRoom()
    {
        if (_start > 0)
        {
            // ReadLineAsync looks from _end on afterwards: what is before holds no newline.
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
