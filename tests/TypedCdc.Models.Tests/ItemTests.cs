using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Items in DynamoDB JSON that stand alone, without a change around them.</summary>
public sealed class ItemTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void A_model_is_written_as_an_item_and_read_back()
    {
        var item = new Customer { UserId = 8, FirstName = "Zoë \"Z\"" }.ToItem();
        Assert.Equal("""{"userid":{"N":"8"},"first_name":{"S":"Zoë \"Z\""}}""", Encoding.UTF8.GetString(item));
        Assert.Equal(new Customer { UserId = 8, FirstName = "Zoë \"Z\"" }, Customer.FromItem(item));
        Assert.Equal(5, AppModels.PlainModel.FromItem(AppModels.PlainModel.ToItem(new() { Id = "a" })).Count);
    }

    [Fact]
    public void An_item_alone_is_read_as_in_a_change() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(23, 29), Prop.ForAll(Seeds, static seed =>
        {
            var item = new RandomItems(seed).Item();
            var expected = Outcome(() => ItemOracle.Show(Items.Decode<Everything>(item)));
            Assert.Equal(expected, Outcome(() => ItemOracle.Show(Everything.FromItem(Encoding.UTF8.GetBytes(" \r\n" + item + "\t")))));
        }));

    [Fact]
    public void A_model_is_read_back_as_it_was_written() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(31, 37), Prop.ForAll(Seeds, static seed =>
        {
            var item = new RandomItems(seed).Document().ToItem();
            Assert.Equal(Encoding.UTF8.GetString(item), Encoding.UTF8.GetString(Document.FromItem(item).ToItem()));
        }));

    [Theory]
    [InlineData("", "An item is a JSON object of attributes.")]
    [InlineData(" [] ", "An item is a JSON object of attributes.")]
    [InlineData("""{"userid":{"N":"8"}} {}""", "Something follows the item.")]
    [InlineData("""{"userid":{"N":"8"}""", "A comma or the end of a JSON object")]
    public void What_is_not_an_item_is_refused(string utf8, string reason)
    {
        var error = Assert.Throws<CdcDecodeException>(() => Customer.FromItem(Encoding.UTF8.GetBytes(utf8)));
        Assert.StartsWith(reason, error.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("hubert_dynamocdc", error.TableName);
    }

    [Fact]
    public void What_does_not_fit_says_where()
    {
        var error = Assert.Throws<CdcDecodeException>(() => Customer.FromItem("""{"userid":{"N":"8"},"phone":{"N":"1.5"}}"""u8));
        Assert.Equal(("hubert_dynamocdc", "phone", "Item"), (error.TableName, error.AttributePath, error.Image));
        Assert.Equal("userid", Assert.Throws<CdcDecodeException>(() => Customer.FromItem("{}"u8)).AttributePath);
        Assert.Throws<CdcDecodeException>(() => Customer.FromItem([.. """{"userid":{"N":"8"},"x":{"S":" """u8, 0xff, .. "\"}}"u8]));
    }

    private static string Outcome(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (CdcDecodeException exception)
        {
            return exception.Reason + exception.AttributePath;
        }
    }
}
