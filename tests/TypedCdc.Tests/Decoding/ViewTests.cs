namespace TypedCdc.Tests.Decoding;

/// <summary>Views say what models say, over the record's own bytes, and allocate nothing.</summary>
public sealed class ViewTests
{
    [Fact]
    public void A_view_says_what_the_model_says()
    {
        var text = Records.Captured[0].Replace("\"S\":\"K2zqYSK\"", "\"S\":\"K\\u0032é\"", StringComparison.Ordinal);
        var model = (Modified<Customer>)Records.Decode<Customer>(text);
        var view = CdcRecord.View<CustomerView>(Records.Utf8(text));
        Assert.Equal(ChangeOperation.Modify, view.Operation);
        Assert.Equal(model.Timestamp, view.Timestamp);
        Assert.Equal(model.TableName, view.TableName);
        Assert.Equal(model.Region, view.Region);
        Assert.Equal(model.EventId, view.EventId);
        Assert.Equal(model.SizeBytes, view.SizeBytes);
        Assert.True(view.HasAfter && view.HasBefore);
        Assert.Equal(model.After, ModelOf(view.After));
        Assert.Equal(model.Before, ModelOf(view.Before));
        Assert.Equal(8, view.Keys.UserId);
        Assert.True(view.Before.FirstName.Equals("K2é"u8));
        var characters = new char[20];
        Assert.Equal("K2é", new string(characters, 0, view.Before.FirstName.CopyTo(characters)));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(model.HasChanged(new(i, "")), view.HasChanged(new AttributeName<Customer>(i, "")));
        }
    }

    [Fact]
    public void Images_that_are_not_there_or_do_not_fit()
    {
        var view = CdcRecord.View<CustomerView>(Records.Utf8(Records.Kinesis("REMOVE", "")));
        Assert.False(view.HasBefore || view.HasAfter);
        Assert.True(view.HasChanged(new AttributeName<Customer>(1, "")));
        Assert.Equal(8, view.Keys.UserId);
        Assert.Throws<ImageMissingException>(() => CdcRecord.View<CustomerView>(Records.Utf8(Records.Kinesis("REMOVE", ""))).Before.UserId);

        var text = Records.Modify("""{"userid":{"N":"8"}}""", """{"userid":{"N":"8"},"phone":{"S":""}}""");
        view = CdcRecord.View<CustomerView>(Records.Utf8(text));
        Assert.False(view.HasBefore);
        Assert.Equal("phone", view.BeforeError!.AttributePath);
        Assert.Equal("OldImage", view.BeforeError.Image);
        Assert.True(view.After.FirstName.IsNull);
        Assert.Null(view.After.Phone);

        var error = Assert.Throws<CdcDecodeException>(() => CdcRecord.View<CustomerView>(Records.Utf8(Records.Insert("""{"phone":{"N":"8"}}"""))).After.UserId);
        Assert.Equal("userid", error.AttributePath);
        Assert.Equal("hubert_dynamocdc", error.TableName);
        var record = CdcRecord.Parse(Records.Utf8(text));
        Assert.False(record.View<CustomerView>(Images.After).HasBefore);
        Assert.Null(record.View<CustomerView>(Images.After).BeforeError);
    }

    [Fact]
    public void The_keys_view_has_the_keys_only() =>
        Assert.Null(CdcRecord.View<CustomerView>(Records.Utf8("""{"Item":{"userid":{"N":"8"},"phone":{"N":"1"}}}""")).Keys.Phone);

    [Fact]
    public void Views_allocate_nothing()
    {
        foreach (var text in new[] { Records.Captured[0], Records.Captured[0].Replace("\"S\":\"K2zqYSK\"", "\"S\":\"K\\u0032é\"", StringComparison.Ordinal), Records.Kinesis("REMOVE", ""","OldImage":{"userid":{"N":"8.0"},"x":{"M":{"a":{"SS":["b"]}}}}""") })
        {
            var utf8 = Records.Utf8(text);
            Assert.Equal(0, Allocation.Of(() =>
            {
                var view = CdcRecord.View<CustomerView>(utf8);
                var image = view.HasAfter ? view.After : view.Before;
                if (image.UserId != 8 || view.Keys.UserId != 8 || view.Operation == ChangeOperation.Insert || (view.HasAfter && !image.FirstName.Equals("gX8fQ2n"u8)))
                {
                    throw new InvalidOperationException();
                }

                _ = view.HasChanged(new AttributeName<Customer>(1, "")) | image.Phone > 9;
            }));
        }
    }

    private static Customer ModelOf(CustomerView view) => new()
    {
        UserId = view.UserId,
        FirstName = view.FirstName.IsNull ? null : view.FirstName.ToString(),
        LastName = view.LastName.IsNull ? null : view.LastName.ToString(),
        Phone = view.Phone,
    };
}
