using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace TypedCdc.Tests.Decoding;

/// <summary>DynamoDB's number as a value: compared with big integers, which have no limits to get wrong.</summary>
public sealed class DynamoDbNumberTests
{
    private static readonly string[] Texts =
    [
        "0", "1", "-1", "10", "0.1", "-0.1", "1E-130", "-1E-130", "9.9999999999999999999999999999999999999E+125", "-9.99E+125", "12345678901234567890123456789012345678",
        "1.2345678901234567890123456789012345678", "9007199254740993", "9007199254740992", "1E38", "1E37", "123E36", "0.00000000000000000000000000000000000001", "79228162514264337593543950335", "1E28", "18446744073709551616",
    ];

    [Fact]
    public void Order_equality_and_conversions_agree_with_big_integers()
    {
        foreach (var left in Texts)
        {
            var number = DynamoDbNumber.Parse(left);
            var scaled = Oracle.NumberOf(left)!.Value.Scaled;
            Assert.Equal(scaled, Oracle.NumberOf(number.ToString(null, CultureInfo.GetCultureInfo("de-DE")))!.Value.Scaled);
            Assert.Equal(double.Parse(left, CultureInfo.InvariantCulture), (double)number);
            foreach (var right in Texts)
            {
                var other = DynamoDbNumber.Parse(right);
                var order = Math.Sign(scaled.CompareTo(Oracle.NumberOf(right)!.Value.Scaled));
                Assert.Equal(order, Math.Sign(number.CompareTo(other)));
                Assert.Equal(order == 0, number == other);
                Assert.Equal(order < 0, number < other);
                Assert.Equal(order >= 0, number >= other);
            }
        }
    }

    [Fact]
    public void Decimals_longs_and_big_integers_go_through()
    {
        const ulong seed = 4711;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(seed, seed | 1), Prop.ForAll(
            ArbMap.Default.ArbFor<decimal>(), ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<BigInteger>(),
            (exact, integer, large) =>
            {
                DynamoDbNumber number = exact;
                Assert.Equal(exact, (decimal)number);
                Assert.Equal(number, DynamoDbNumber.Parse(exact.ToString(CultureInfo.InvariantCulture)));
                DynamoDbNumber whole = integer;
                Assert.Equal(integer, (long)whole);
                Assert.Equal(integer.ToString(CultureInfo.InvariantCulture), whole.ToString(null, CultureInfo.InvariantCulture));
                Assert.Equal(large, (BigInteger)DynamoDbNumber.FromBigInteger(large));
                Assert.Equal(exact.CompareTo(integer), number.CompareTo(whole));
            }));
        Assert.Equal(long.MinValue, (long)(DynamoDbNumber)long.MinValue);
        Assert.Equal(ulong.MaxValue, (ulong)(BigInteger)(DynamoDbNumber)ulong.MaxValue);
        Assert.Equal(decimal.MinValue, (decimal)(DynamoDbNumber)decimal.MinValue);
        Assert.Equal("0.1", DynamoDbNumber.FromDouble(0.1).ToString(null, CultureInfo.InvariantCulture));
        Assert.Throws<OverflowException>(() => DynamoDbNumber.FromDouble(double.NaN));
        Assert.Throws<OverflowException>(() => DynamoDbNumber.FromDouble(double.MaxValue));
        Assert.Throws<OverflowException>(() => DynamoDbNumber.FromBigInteger(BigInteger.Pow(10, 38) + 1));
        Assert.Throws<OverflowException>(() => (long)DynamoDbNumber.Parse("0.5"));
        Assert.Throws<OverflowException>(() => (decimal)DynamoDbNumber.Parse("1E-29"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("12345678901234567890123456789012345678.5", true)]
    [InlineData("12345678901234567890123456789012345678.5x", false)]
    [InlineData("123456789012345678901234567890123456789E", false)]
    [InlineData("123456789012345678901234567890123456789E1", true)]
    [InlineData("1E126", true)]
    [InlineData("1,5", false)]
    [InlineData("١", false)]
    public void What_is_no_number(string text, bool isTooLarge)
    {
        if (isTooLarge)
        {
            Assert.Throws<OverflowException>(() => DynamoDbNumber.Parse(text));
        }
        else
        {
            Assert.Throws<FormatException>(() => DynamoDbNumber.Parse(text));
        }

        Assert.False(DynamoDbNumber.TryParse(text, out _));
    }

    [Fact]
    public void Long_spellings_are_read()
    {
        Assert.Equal(DynamoDbNumber.Parse("1.5"), DynamoDbNumber.Parse(new string('0', 5000) + "1.5" + new string('0', 5000)));
        Assert.True(DynamoDbNumber.TryParse(new string('0', 5000) + "1.5", out var number));
        Assert.Equal(1.5m, (decimal)number);
        Assert.False(number.TryFormat(new char[2], out _, default, CultureInfo.InvariantCulture));
        Assert.True(number.TryFormat(new char[3], out var written, default, CultureInfo.InvariantCulture));
        Assert.Equal(3, written);
    }
}
