using System.Text;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Generated views: the attributes in place, and nothing allocated.</summary>
public sealed class ViewTests
{
    private static readonly byte[] Customer = Encoding.UTF8.GetBytes(
        """{"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"hubert_dynamocdc","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"8"}},"NewImage":{"last_name":{"S":"g\u00e9"},"phone":{"N":"8"},"userid":{"N":"8"},"first_name":{"S":"gX8fQ2n"}},"OldImage":{"last_name":{"S":"K2zqYSK"},"userid":{"N":"8"},"first_name":{"NULL":true}},"SizeBytes":104},"eventSource":"aws:dynamodb"}""");

    private static readonly byte[] Document = Encoding.UTF8.GetBytes(
        """{"awsRegion":"x","eventID":"1","eventName":"INSERT","tableName":"documents","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"names":{"L":[{"S":"b"},{"S":"a"}]},"numbers":{"NS":["10","9"]},"location":{"M":{"x":{"N":"1.5"}}},"home":{"M":{"street":{"S":"s"},"zip":{"N":"7"}}},"more":{"BOOL":true}},"SizeBytes":104}}""");

    [Fact]
    public void Both_images_are_read_in_place()
    {
        var change = CdcRecord.View<Customer.View>(Customer);
        Assert.Equal((8L, 8L), (change.After.UserId, change.After.Phone));
        Assert.True(change.After.FirstName.Equals("gX8fQ2n"u8));
        Assert.Equal("gé", change.After.LastName.ToString());
        Assert.Null(change.Before.Phone);
        Assert.True(change.Before.FirstName.IsNull);
        Assert.True(change.HasChanged(Models.Customer.Attributes.Phone));
        Assert.False(change.HasChanged(Models.Customer.Attributes.UserId));
        Assert.Equal(8, change.Keys.UserId);
    }

    [Fact]
    public void Collections_and_models_inside_the_model_are_read_in_place()
    {
        var item = CdcRecord.View<Document.View>(Document).After;
        var names = new List<string>();
        foreach (var name in item.Names.EnumerateElements())
        {
            names.Add(name.GetString());
        }

        Assert.Equal(["b", "a"], names);
        Assert.Equal([9, 10], item.Numbers.GetArray(static value => value.GetInteger<int>()));
        Assert.Equal((1.5, 0d), (item.Location.X, item.Location.Y));
        Assert.True(item.HasHome);
        Assert.False(item.HasLastLocation);
        Assert.Equal(("s", 7), (item.Home.Street.ToString(), item.Home.Zip));
        Assert.True(item.Home.City.IsNull);
        Assert.True(item.Counts.IsNull);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        Span<byte> text = stackalloc byte[64];
        var sum = Read(text);
        for (var i = 0; i < 50; i++)
        {
            sum += Read(text);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            sum += Read(text);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);

        static long Read(Span<byte> text)
        {
            var customer = CdcRecord.View<Customer.View>(Customer);
            var document = CdcRecord.View<Document.View>(Document);
            var numbers = 0L;
            foreach (var number in document.After.Numbers.EnumerateElements())
            {
                numbers += number.GetInteger<long>();
            }

            return customer.After.UserId + customer.After.Phone.GetValueOrDefault() + customer.After.LastName.CopyTo(text) + customer.Before.LastName.CopyTo(text)
                + numbers + document.After.Home.Zip.GetValueOrDefault() + (long)document.After.Location.X;
        }
    }
}
