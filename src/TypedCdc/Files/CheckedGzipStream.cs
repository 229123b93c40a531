using System.IO.Compression;
using System.Security.Cryptography;

namespace TypedCdc.Files;

/// <summary>
/// Decompresses gzip and notices a file that was cut off, which <see cref="GZipStream"/> takes for its end: a member of our own is put behind the file's last one. It is only
/// decompressed where the file's own members are whole, and is kept from the reader.
/// </summary>
internal sealed class CheckedGzipStream : Stream
{
    private const int MarkLength = 32;

    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkLength);
    private readonly GZipStream _gzip;
    private readonly byte[] _held = new byte[MarkLength]; // the last bytes read, which may be the mark
    private int _heldLength;
    private byte[] _scratch = [];

    internal CheckedGzipStream(Stream file)
    {
        var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(_mark);
        }

        member.Position = 0;
        _gzip = new(new FollowedBy(file, member), CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_scratch.Length < buffer.Length + MarkLength)
        {
            _scratch = new byte[buffer.Length + MarkLength];
        }

        while (true)
        {
            _held.AsSpan(0, _heldLength).CopyTo(_scratch);
            var read = await _gzip.ReadAsync(_scratch.AsMemory(_heldLength, buffer.Length), cancellationToken);
            if (read == 0)
            {
                if (_heldLength == MarkLength && _held.AsSpan().SequenceEqual(_mark))
                {
                    return 0;
                }

                throw new InvalidDataException("The compressed data ends before its end.");
            }

            var have = _heldLength + read;
            _heldLength = Math.Min(have, MarkLength);
            _scratch.AsSpan(have - _heldLength, _heldLength).CopyTo(_held);
            if (have > _heldLength)
            {
                _scratch.AsSpan(0, have - _heldLength).CopyTo(buffer.Span);
                return have - _heldLength;
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>One stream and then another, as one. Leaves the first open.</summary>
    private sealed class FollowedBy(Stream first, Stream second) : Stream
    {
        private bool _isSecond;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_isSecond)
            {
                var read = await first.ReadAsync(buffer, cancellationToken);
                if (read > 0 || buffer.Length == 0)
                {
                    return read;
                }

                _isSecond = true;
            }

            return await second.ReadAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
