using System.Runtime.InteropServices;

namespace TypedCdc.Fuzz.Differential;

/// <summary>
/// Memory between two pages that cannot be read: whoever reads a byte before its start or behind its end ends the process. Ordinary memory where the system has no <c>mmap</c>.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageSize = 65_536; // a multiple of every system's
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _memory;
    private readonly nuint _length;

    internal GuardedMemory(int capacity)
    {
        Capacity = (capacity + PageSize - 1) / PageSize * PageSize;
        _length = (nuint)Capacity + 2 * PageSize;
        if (!OperatingSystem.IsLinux())
        {
            _memory = (byte*)NativeMemory.Alloc(_length);
            return;
        }

        _memory = (byte*)Map(0, _length, ReadWrite, PrivateAnonymous, -1, 0);
        if (_memory == (byte*)-1 || Protect(_memory, PageSize, 0) != 0 || Protect(_memory + PageSize + Capacity, PageSize, 0) != 0)
        {
            throw new InvalidOperationException("The guard pages cannot be made.");
        }
    }

    internal int Capacity { get; }

    /// <summary>Copies bytes so that the first one that cannot be read is right behind them.</summary>
    internal ReadOnlySpan<byte> PlaceAtEnd(ReadOnlySpan<byte> bytes) => Place(bytes, Capacity - bytes.Length);

    /// <summary>Copies bytes so that the last one that cannot be read is right before them.</summary>
    internal ReadOnlySpan<byte> PlaceAtStart(ReadOnlySpan<byte> bytes) => Place(bytes, 0);

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_memory, _length);
        }
        else
        {
            NativeMemory.Free(_memory);
        }
    }

    private Span<byte> Place(ReadOnlySpan<byte> bytes, int offset)
    {
        var place = new Span<byte>(_memory + PageSize + offset, bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
