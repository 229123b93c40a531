using TypedCdc.Decoding;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

public sealed class GeneratedSchemaTests
{
    [Fact]
    public void A_model_is_registered_without_any_call_of_the_user()
    {
        Assert.Same(Customer.Schema, CdcModel.Get<Customer>().Schema);
        Assert.Equal(typeof(Outer.IMiddle.Nested), CdcModel.Get<Outer.IMiddle.Nested>().ClrType);
    }

    [Fact]
    public void Keys_and_names_are_as_annotated()
    {
        Assert.Equal("table-testdrive", SensorReading.Schema.TableName);
        Assert.Equal("table_testdrive", SensorReading.Schema.SqlName);
        Assert.Equal(["device", "timestamp", "humidity", "temperature"], SensorReading.Schema.Attributes.Select(one => one.Name));
        Assert.Equal((0, 1), (SensorReading.Schema.PartitionKey, SensorReading.Schema.SortKey));
        Assert.Equal((3, "phone"), (Customer.Attributes.Phone.Ordinal, Customer.Attributes.Phone.Name));
        Assert.Equal(new Customer.Key(8), new Customer.Key(8));
    }

    [Fact]
    public void A_binary_key_is_equal_by_its_content()
    {
        var one = new PositionalStruct.Key(1, [1, 2, 3]);
        var same = new PositionalStruct.Key(1, [1, 2, 3]);
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, new PositionalStruct.Key(1, [1, 2, 4]));
    }

    [Fact]
    public void Names_that_the_model_uses_itself_are_left_to_it()
    {
        Assert.Equal("clashing", Clashing.CdcSchema.TableName);
        Assert.Equal("k", new Clashing.CdcKey("k").Key);
        Assert.Equal("Schema", Clashing.CdcAttributes.Schema.Name);
        Assert.Contains("\"clashing__cdc\"", Clashing.CdcSql.Sqlite.Upsert, StringComparison.Ordinal);
    }
}
