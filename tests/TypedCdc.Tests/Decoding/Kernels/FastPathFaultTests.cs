using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;
using TypedCdc.Fuzz.Differential;

namespace TypedCdc.Tests.Decoding.Kernels;

/// <summary>Faults that fast decoders are known for, one test each. Every record is read by the walk and by the general path.</summary>
public sealed class FastPathFaultTests
{
    private const string Image = """{"last_name":{"S":"gX8fQ2n"},"phone":{"N":"8"},"userid":{"N":"8"},"first_name":{"S":"Kim"}}""";
    private static readonly string Padding = new('x', 80);

    private readonly FastPathCheck _check = new(FuzzShapes.TableOf("A"));

    public FastPathFaultTests()
    {
        DecodeWorkspace.Forget();
        Compare(Records.Modify(Image, Image));
    }

    [Fact]
    public void Invalid_UTF_8_in_an_attribute_that_the_model_does_not_have_is_refused()
    {
        var record = Records.Utf8(Records.Modify(Image.Replace("Kim\"}", "Kim\"},\"other\":{\"S\":\"#\"}", StringComparison.Ordinal), Image));
        Assert.True(IsTaken(record));
        record[Array.LastIndexOf(record, (byte)'#')] = 0xFF;
        Assert.False(IsTaken(record));
        Assert.Throws<CdcDecodeException>(() => { CdcRecord.View<CustomerView>(record); });
    }

    [Theory]
    [InlineData("""{"M":{garbage}}""")]
    [InlineData("""{"M":{"a":{"N":"1"}garbage}}""")]
    [InlineData("""{"L":[{"N":"1"}garbage]}""")]
    public void Garbage_in_a_container_that_the_model_does_not_have_is_refused(string value) =>
        Assert.False(IsTaken(Records.Utf8(Records.Modify(Image[..^1] + ",\"other\":" + value + "}", Image))));

    [Fact]
    public void An_old_image_that_nobody_asks_for_is_checked()
    {
        var record = Records.Utf8(Records.Modify(Image, Image.Replace("\"Kim\"", "\"Kim", StringComparison.Ordinal)));
        Assert.Throws<CdcDecodeException>(() => { CdcRecord.View<CustomerView>(record, Images.After); });
    }

    [Fact]
    public void A_slot_that_a_record_does_not_fill_is_empty()
    {
        // FastPathCheck fills the slots with something else before each walk, and compares them with the general path's.
        Assert.True(IsTaken(Records.Utf8(Records.Modify("""{"userid":{"N":"8"}}""", """{"phone":{"N":"8"},"userid":{"N":"8"}}"""))));
        Assert.True(IsTaken(Records.Utf8(Records.Modify("{}", "{}"))));
    }

    [Fact]
    public void A_record_that_fails_leaves_nothing_behind()
    {
        foreach (var broken in new[] { Image[..^1], Image.Replace("\"N\"", "\"S\"", StringComparison.Ordinal), """{"phone":{"N":"8"},"phone":{"N":"8"}}""", """{"first_name":{"S":"\x"}}""" })
        {
            Assert.False(IsTaken(Records.Utf8(Records.Modify(broken, Image))));
            Assert.True(IsTaken(Records.Utf8(Records.Modify(Image, Image))));
        }
    }

    [Theory]
    [InlineData("007", true)]
    [InlineData("-0", true)]
    [InlineData("1.50", true)]
    [InlineData("12345678901234567890123456789012345678", true)]
    [InlineData("123456789012345678901234567890123456789", false)]
    [InlineData("1E126", false)]
    [InlineData("", false)]
    public void Numbers_mean_what_the_grammar_says(string number, bool isTaken) =>
        Assert.Equal(isTaken, IsTaken(Records.Utf8(Records.Modify(Image.Replace("\"8\"", $"\"{number}\"", StringComparison.Ordinal), Image))));

    [Fact]
    public void Long_texts_end_at_their_own_quote()
    {
        // The end is in another block than the start, with escapes and other characters before it.
        foreach (var text in new[] { Padding, Padding + "\\\"" + Padding, Padding + "é" + Padding, "\\\\", Padding[..60] + "\\\\" })
        {
            Assert.True(IsTaken(Records.Utf8(Records.Modify(Image.Replace("Kim", text, StringComparison.Ordinal), Image))), text);
        }
    }

    [Fact]
    public void Templates_are_not_learned_without_bound()
    {
        var workspace = DecodeWorkspace.Current;
        var learned = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var before = workspace.Templates.Length == 0 ? null : workspace.Templates[0];
            Compare(Records.Modify(Image, Image).Replace("\"recordFormat\"", $"\"format{i}\"", StringComparison.Ordinal));
            learned += ReferenceEquals(before, workspace.Templates[0]) ? 0 : 1;
        }

        Assert.InRange(learned, 1, 32);
        Assert.InRange(workspace.Templates.Length, 1, 8);
    }

    [Fact]
    public void An_image_that_is_null_is_not_one_that_is_missing()
    {
        DecodeWorkspace.Forget();
        var record = Records.Kinesis("INSERT", $$""","NewImage":{{Image}},"OldImage":null""");
        Compare(record);
        Assert.True(IsTaken(Records.Utf8(record)));

        // Twice the same property, once null.
        Assert.False(IsTaken(Records.Utf8(Records.Kinesis("INSERT", $$""","NewImage":{{Image}},"OldImage":{{Image}},"OldImage":null"""))));
    }

    private bool IsTaken(byte[] record)
    {
        using var memory = new GuardedMemory(record.Length);
        var before = _check.Taken;
        Assert.Null(_check.Compare(memory.PlaceAtEnd(record)));
        return _check.Taken > before;
    }

    private void Compare(string record) => Assert.Null(_check.Compare(Encoding.UTF8.GetBytes(record)));
}
