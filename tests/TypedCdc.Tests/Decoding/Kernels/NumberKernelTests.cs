using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Tests.Decoding.Kernels;

/// <summary>Short numbers: a form is only given to what the grammar takes, and the conversions give what parsing gives.</summary>
public sealed class NumberKernelTests
{
    private static readonly string Before = new('9', 16);

    [Theory]
    [InlineData("0", NumberForm.Digits)]
    [InlineData("8", NumberForm.Digits)]
    [InlineData("007", NumberForm.Digits)]
    [InlineData("1234567890123456", NumberForm.Digits)]
    [InlineData("-1", NumberForm.Decimal)]
    [InlineData("-1234567890123456", NumberForm.Decimal)]
    [InlineData("1.5", NumberForm.Decimal)]
    [InlineData("-0.25", NumberForm.Decimal)]
    [InlineData("12345678901234.5", NumberForm.Decimal)]
    [InlineData("-12345678901234.5", NumberForm.Decimal)]
    [InlineData("", NumberForm.Unknown)]
    [InlineData("-", NumberForm.Unknown)]
    [InlineData("+1", NumberForm.Unknown)]
    [InlineData("--1", NumberForm.Unknown)]
    [InlineData(".5", NumberForm.Unknown)]
    [InlineData("5.", NumberForm.Unknown)]
    [InlineData("-.5", NumberForm.Unknown)]
    [InlineData("1.2.3", NumberForm.Unknown)]
    [InlineData("1..2", NumberForm.Unknown)]
    [InlineData("1E5", NumberForm.Unknown)]
    [InlineData("1,5", NumberForm.Unknown)]
    [InlineData("12/4", NumberForm.Unknown)]
    [InlineData("12:4", NumberForm.Unknown)]
    [InlineData("12345678901234567", NumberForm.Unknown)]
    [InlineData("123456789012345.67", NumberForm.Unknown)]
    public void A_form_is_only_given_to_numbers(string text, object form) => Assert.Equal((NumberForm)form, FormOf(text, out _, out _, out _));

    [Fact]
    public void A_number_too_near_the_start_of_the_record_has_no_form()
    {
        var utf8 = "123456789012345"u8.ToArray();
        Assert.Equal(NumberForm.Unknown, NumberKernel.FormOf(ref utf8[0], 0, utf8.Length));
    }

    [Fact]
    public void Random_texts_have_a_form_only_where_the_grammar_takes_them()
    {
        var random = new Random(7);
        var taken = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => random.Next(12) == 0 ? "-+.Ee /:\""[random.Next(9)] : (char)('0' + random.Next(10))));
            var form = FormOf(text, out var utf8, out var start, out var end);
            if (form != NumberForm.Unknown)
            {
                taken++;
                Assert.Equal(NumberFault.None, NumberGrammar.Read(utf8.AsSpan(start, end - start), out var number));
                var digits = NumberKernel.Decimal(ref utf8[0], start, end, out var scale, out var isNegative);
                Assert.Equal(number, DynamoDbNumber.Parse(string.Create(CultureInfo.InvariantCulture, $"{(isNegative ? "-" : "")}{digits}E-{scale}")));
                if (NumberKernel.TryGetDouble(digits, scale, isNegative, out var value))
                {
                    Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(value));
                }
            }

            if (form == NumberForm.Digits)
            {
                Assert.Equal(ulong.Parse(text, CultureInfo.InvariantCulture), NumberKernel.Digits(ref utf8[0], start, end));
            }
        }

        Assert.InRange(taken, 50_000, 150_000);
    }

    private static NumberForm FormOf(string text, out byte[] utf8, out int start, out int end)
    {
        utf8 = Encoding.ASCII.GetBytes(Before + text + "\"}},");
        start = Before.Length;
        end = start + text.Length;
        return NumberKernel.FormOf(ref utf8[0], start, end);
    }
}
