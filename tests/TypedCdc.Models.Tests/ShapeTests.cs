using System.Text;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Each way in which C# declares data is filled, and keeps what its own code put there.</summary>
public sealed class ShapeTests
{
    [Fact]
    public void Positional_record()
    {
        var full = Items.Decode<Positional>("""{"pk":{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"},"Name":{"S":"n"},"Level":{"N":"9"},"Note":{"S":"x"},"Plain":{"N":"2"},"Extra":{"S":"e"}}""");
        Assert.Equal(new(new("d3ed405e-420b-4601-8aaf-bda773a16d86"), "n", 9, "x", 2) { Extra = "e" }, full);
        var bare = Items.Decode<Positional>("""{"pk":{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"},"Name":{"S":"n"}}""");
        Assert.Equal(new(new("d3ed405e-420b-4601-8aaf-bda773a16d86"), "n"), bare);
        Assert.Equal("Name", Items.Refuse<Positional>("""{"pk":{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"}}""").AttributePath);
    }

    [Fact]
    public void Record_struct_and_struct()
    {
        var one = Items.Decode<PositionalStruct>("""{"Id":{"N":"1"},"Hash":{"B":"AQ=="},"Amount":{"N":"1.10"}}""");
        Assert.Equal((1, 1.10m), (one.Id, one.Amount));
        Assert.Equal([1], one.Hash);
        Assert.Equal(3, Items.Decode<PlainStruct>("""{"Id":{"S":"a"}}""").Count);
        Assert.Equal(4, Items.Decode<PlainStruct>("""{"Id":{"S":"a"},"Count":{"N":"4"}}""").Count);
    }

    [Fact]
    public void Constructor()
    {
        var model = Items.Decode<Immutable>("""{"Id":{"S":"a"},"Total":{"N":"5"},"Later":{"S":"l"}}""");
        Assert.Equal(("a", 5L, "l"), (model.Id, model.Total, model.Later));
    }

    [Fact]
    public void Nested_type_with_private_constructor_setter_and_field()
    {
        var model = Items.Decode<Outer.IMiddle.Nested>("""{"Id":{"N":"5"},"hidden":{"S":"h"}}""");
        Assert.Equal((5L, "h"), (model.Id, model.Hidden));
        Assert.Equal("kept", Items.Decode<Outer.IMiddle.Nested>("""{"Id":{"N":"5"}}""").Hidden);
    }

    [Fact]
    public void Inherited_members_with_private_and_protected_setters_and_overrides()
    {
        var model = Items.Decode<Derived>("""{"PK":{"S":"a"},"Version":{"N":"3"},"Kind":{"NULL":true},"Name":{"S":"n"}}""");
        Assert.Equal(("a", 3, null, "n"), (model.Id, model.Version, model.Kind, model.Name));
        Assert.Equal("derived", Items.Decode<Derived>("""{"PK":{"S":"a"},"Name":{"S":"n"}}""").Kind);
    }

    [Theory]
    [InlineData("INSERT", "\"NewImage\":{\"userid\":{\"N\":\"8\"}},")]
    [InlineData("MODIFY", "\"NewImage\":{\"userid\":{\"N\":\"8\"}},")]
    [InlineData("MODIFY", "\"OldImage\":{\"userid\":{\"N\":\"8\"}},")]
    [InlineData("REMOVE", "\"OldImage\":{\"userid\":{\"N\":\"8\"}},")]
    [InlineData("INSERT", "")]
    [InlineData("MODIFY", "")]
    [InlineData("REMOVE", "")]
    public void The_key_of_a_change_is_typed_whichever_images_are_there(string operation, string images)
    {
        var change = CdcRecord.Decode<Customer>(Encoding.UTF8.GetBytes(
            $$$"""{"awsRegion":"x","eventID":"1","eventName":"{{{operation}}}","tableName":"any","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"8"}},{{{images}}}"SizeBytes":1}}"""));
        Assert.Equal(new Customer.Key(8), change.Key);
    }
}
