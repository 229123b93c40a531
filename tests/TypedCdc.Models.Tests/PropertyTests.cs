using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Random items against an oracle that shares nothing with the decoder, and random models there and back. The seeds are fixed; FsCheck prints the one that fails.</summary>
public sealed class PropertyTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void An_item_is_read_as_the_oracle_reads_it(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        int read = 0, refused = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(3, 5), Prop.ForAll(Seeds, seed =>
        {
            var item = new RandomItems(seed).Item();
            string? expected = null;
            try
            {
                expected = ItemOracle.Read(item);
            }
            catch (FormatException)
            {
            }

            string? found = null;
            try
            {
                found = ItemOracle.Show(Items.Decode<Everything>(item));
            }
            catch (CdcDecodeException)
            {
            }

            _ = expected is null ? refused++ : read++;
            Assert.True(expected == found, $"Of {item}\nthe oracle read  {expected ?? "nothing"}\nthe decoder read {found ?? "nothing"}");
        }));
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused: the items say too little.");
    }

    [Fact]
    public void A_model_is_read_back_as_it_was_written() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(17, 19), Prop.ForAll(Seeds, static seed =>
        {
            var model = new RandomItems(seed).Document();
            var written = Items.Encode(model);
            var read = Items.Decode<Document>(written);
            Assert.Equal(written, Items.Encode(read));
            Assert.Equal(model.Id, read.Id);
            Assert.Equal(model.Names, read.Names);
            Assert.Equal(model.Numbers, read.Numbers);
            Assert.Equal(model.Amounts.ToArray(), read.Amounts.ToArray());
            Assert.Equal(model.Tags, read.Tags);
            Assert.True(model.Prices is null ? read.Prices is null : model.Prices.SetEquals(read.Prices!));
            Assert.Equal(model.Counts, read.Counts);
            Assert.Equal(model.Visits, read.Visits);
            Assert.Equal((model.Home?.Street, model.Home?.City, model.Home?.Zip), (read.Home?.Street, read.Home?.City, read.Home?.Zip));
            Assert.Equal((model.Location.X, model.Location.Y), (read.Location.X, read.Location.Y));
            Assert.Equal(model.Rest.Keys.Order(StringComparer.Ordinal), read.Rest.Keys.Order(StringComparer.Ordinal));
        }));
}
