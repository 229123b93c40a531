using System.Runtime.InteropServices;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;
using TypedCdc.Fuzz.Differential;

namespace TypedCdc.Tests.Decoding.Kernels;

/// <summary>Attribute values: what the kernel takes, the general scanner takes, with the same slot; and what DynamoDB writes, the kernel takes.</summary>
public sealed class ValueScannerTests
{
    private const string Tail = "},\"eventSource\":\"aws:dynamodb\"}";
    private static readonly string Head = new(' ', 64);

    [Theory]
    [InlineData("""{"S":""}""", true)]
    [InlineData("""{"S":"gX8fQ2n"}""", true)]
    [InlineData("""{"S":"O\"Neill \u00e9"}""", true)]
    [InlineData("""{"N":"-12.50"}""", true)]
    [InlineData("""{"N":"12345678901234567890123456789012345678"}""", true)]
    [InlineData("""{"N":"1E-130"}""", true)]
    [InlineData("""{"B":"AQI="}""", true)]
    [InlineData("""{"BOOL":true}""", true)]
    [InlineData("""{"BOOL":false}""", true)]
    [InlineData("""{"NULL":true}""", true)]
    [InlineData("""{"M":{}}""", true)]
    [InlineData("""{"L":[]}""", true)]
    [InlineData("""{"SS":[]}""", true)]
    [InlineData("""{"SS":["a","b"]}""", true)]
    [InlineData("""{"NS":["1","2.5"]}""", true)]
    [InlineData("""{"BS":["AQI=","AA=="]}""", true)]
    [InlineData("""{"M":{"a":{"N":"1"},"b":{"L":[{"S":""},{"NULL":true},{"M":{}}]}}}""", true)]
    [InlineData("""{"NULL":false}""", false)]
    [InlineData("""{"BOOL":null}""", false)]
    [InlineData("""{"N":"1,5"}""", false)]
    [InlineData("""{"N":""}""", false)]
    [InlineData("""{"NS":["x"]}""", false)]
    [InlineData("""{"B":"A"}""", false)]
    [InlineData("""{"X":"1"}""", false)]
    [InlineData("""{"S":"a","N":"1"}""", false)]
    [InlineData("""{}""", false)]
    [InlineData("""{"M":{"a":{"N":"1"},"a":{"N":"2"}}}""", false)]
    [InlineData("""{"M":{"a":{"N":"1"},}}""", false)]
    [InlineData("""{"M":{garbage}}""", false)]
    [InlineData("""{"M":{"a"x{"N":"1"}}}""", false)]
    [InlineData("""{"L":[{"N":"1"},]}""", false)]
    [InlineData("""{"SS":["a",]}""", false)]
    [InlineData("""{"SS":["a" "b"]}""", false)]
    [InlineData("""{"S":"a"]""", false)]
    public void Values_of_every_kind(string value, bool isTaken)
    {
        var taken = Check(Encoding.UTF8.GetBytes(Head + value + Tail), out var isSound);
        Assert.Equal(isTaken, taken);
        Assert.Equal(isTaken, isSound);
    }

    [Fact]
    public void Nesting_beyond_DynamoDBs_is_left_to_the_general_path()
    {
        static byte[] Nested(int levels) => Encoding.UTF8.GetBytes(
            Head + string.Concat(Enumerable.Repeat("{\"L\":[", levels)) + "{\"N\":\"1\"}" + string.Concat(Enumerable.Repeat("]}", levels)) + Tail);

        Assert.True(Check(Nested(32), out _));
        Assert.False(Check(Nested(33), out var isSound));
        Assert.True(isSound);
    }

    [Fact]
    public void Maps_of_many_names_are_taken_or_left()
    {
        for (var count = 1; count < 100; count++)
        {
            var names = Enumerable.Range(0, count).Select(static i => $"\"name_with_a_long_common_beginning_{i:d3}_and_end\":{{\"N\":\"1\"}}").ToList();
            Assert.Equal(count <= 64, Check(Encoding.UTF8.GetBytes(Head + "{\"M\":{" + string.Join(',', names) + "}}" + Tail), out _));
            names.Add(names[0]);
            Assert.False(Check(Encoding.UTF8.GetBytes(Head + "{\"M\":{" + string.Join(',', names) + "}}" + Tail), out var isSound));
            Assert.False(isSound);
        }
    }

    private static bool Check(byte[] utf8, out bool isSound)
    {
        using var memory = new GuardedMemory(utf8.Length);
        var record = memory.PlaceAtEnd(utf8);
        var end = ValueScanner.Take(ref MemoryMarshal.GetReference(record), record.Length, Head.Length, 0, out var slot);
        try
        {
            var expected = AttributeScanner.ScanValueByTheGrammar(record, Head.Length, out var expectedEnd);
            isSound = true;
            if (end >= 0)
            {
                Assert.Equal((expected.Kind, expected.Start, expected.Length, expected.IsPlain, expectedEnd), (slot.Kind, slot.Start, slot.Length, slot.IsPlain, end));
            }
        }
        catch (CdcDecodeException)
        {
            isSound = false;
        }

        return end >= 0;
    }
}
