using TypedCdc.Decoding.Kernels;
using TypedCdc.Fuzz.Differential;

namespace TypedCdc.Tests.Decoding.Kernels;

public sealed class BlockMasksTests
{
    [Fact]
    public void Every_byte_has_its_bits()
    {
        var bytes = new byte[BlockMasks.Size];
        for (var value = 0; value < 256; value++)
        {
            for (var position = 0; position < bytes.Length; position++)
            {
                Array.Fill(bytes, (byte)'x');
                bytes[position] = (byte)value;
                BlockMasks.Load(ref bytes[0], out var quotes, out var special);
                Assert.Equal(value == '"' ? 1UL << position : 0, quotes);
                Assert.Equal(value is '\\' or < 0x20 or >= 0x80 ? 1UL << position : 0, special);
            }
        }
    }

    [Fact]
    public void Bytes_behind_the_end_of_the_record_are_neither_read_nor_seen()
    {
        using var memory = new GuardedMemory(256);
        var text = new byte[100];
        Array.Fill(text, (byte)'"');
        var record = memory.PlaceAtEnd(text);
        for (var position = 0; position < record.Length; position++)
        {
            BlockMasks.LoadAt(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(record), record.Length, position, out var quotes, out var special);
            Assert.Equal(Math.Min(64, record.Length - position), System.Numerics.BitOperations.PopCount(quotes));
            Assert.Equal(0UL, special);
        }
    }

    [Theory]
    [InlineData(0b1011_0100UL, 0, 0b100UL)]
    [InlineData(0b1011_0100UL, 3, 0b1000_0000UL)]
    [InlineData(0b1011_0100UL, 4, 0UL)]
    [InlineData(ulong.MaxValue, 63, 1UL << 63)]
    [InlineData(0UL, 5, 0UL)]
    public void The_nth_bit_is_isolated(ulong bits, int count, ulong expected) => Assert.Equal(expected, BlockMasks.Nth(bits, count));
}
