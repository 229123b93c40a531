using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Models annotated for the AWS SDK, models that are not ours to change, and several models on one table.</summary>
public sealed class ExternalTests
{
    [Fact]
    public void A_class_annotated_for_DynamoDBContext_reads_what_DynamoDBContext_writes()
    {
        var model = Items.Decode<AwsAccount>("""
            {"pk":{"S":"a"},"number":{"N":"5"},"display_name":{"S":"n"},"isOpen":{"N":"1"},"tier":{"N":"2"},"labels":{"SS":["b","a"]},"expiresAt":{"N":"1720740233"},
            "owner_id":{"S":"o"},"version":{"N":"3"},"inner":{"M":{"FirstLine":{"S":"l"}}}}
            """);
        Assert.Equal(("a", 5, "n", true, Tier.Gold), (model.Id, model.Number, model.Name, model.IsOpen, model.Tier));
        Assert.Equal(["a", "b"], model.Labels!);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1720740233).UtcDateTime, model.ExpiresAt);
        Assert.Equal(("o", 3, "l"), (model.Owner, model.Version, model.Inner!.FirstLine));
        Assert.Equal("accounts", AwsAccount.Schema.TableName);
        Assert.Equal((0, 1), (AwsAccount.Schema.PartitionKey, AwsAccount.Schema.SortKey));
        Assert.True(Items.Decode<AwsAccount>("""{"pk":{"S":"a"},"number":{"N":"5"},"isOpen":{"BOOL":true}}""").IsOpen);
        Assert.Equal("isOpen", Items.Refuse<AwsAccount>("""{"pk":{"S":"a"},"number":{"N":"5"},"isOpen":{"N":"2"}}""").AttributePath);
    }

    [Fact]
    public void Sets_of_bool_are_those_that_DynamoDBContext_writes()
    {
        var settings = Items.Decode<AwsSettings>("""{"Id":{"S":"k"},"Flags":{"NS":["1","0"]},"On":{"N":"1"},"FlagArray":{"NS":["0","1"]},"FlagSet":{"NS":["0"]},"Tiers":{"NS":["2","1"]}}""");
        Assert.True(settings.On);
        Assert.Equal([true, false], settings.Flags!);
        Assert.Equal([true, false], settings.FlagArray!); // whatever the order in the record
        Assert.Equal([false], settings.FlagSet!);
        Assert.Equal([Tier.Silver, Tier.Gold], settings.Tiers!);

        // Conversion V2, in the list's order.
        settings = Items.Decode<AwsSettings>("""{"Id":{"S":"k"},"Flags":{"L":[{"BOOL":false},{"N":"1"}]},"Perhaps":{"L":[{"NULL":true},{"BOOL":true}]}}""");
        Assert.Equal([false, true], settings.Flags!);
        Assert.Equal([null, true], settings.Perhaps!);
        Assert.Equal("Flags", Items.Refuse<AwsSettings>("""{"Id":{"S":"k"},"Flags":{"NS":["1","2"]}}""").AttributePath);
        Assert.Equal("""{"Id":{"S":"k"},"On":{"BOOL":false},"FlagSet":{"NS":["0","1"]}}""", Items.Encode(new AwsSettings { Id = "k", FlagSet = [true, false] }));
    }

    [Theory]
    [InlineData("Open", Progress.Open)]
    [InlineData("on-hold", Progress.OnHold)]
    [InlineData("archived", Progress.Unknown)]
    [InlineData("", Progress.Unknown)]
    [InlineData("7", Progress.Unknown)]
    public void An_unknown_name_of_an_enum_is_its_fallback(string name, Progress expected)
    {
        var task = Items.Decode<TaskItem>($$$"""{"Id":{"S":"t"},"Progress":{"S":"{{{name}}}"},"Color":{"S":"{{{name}}}"},"All":{"L":[{"S":"Open"},{"S":"{{{name}}}"}]}}""");
        Assert.Equal((expected, Color.None), (task.Progress, task.Color));
        Assert.Equal([Progress.Open, expected], task.All!);
        Assert.Equal("Unknown", TaskItem.Schema.Attributes.Single(static one => one.Name == "Progress").Enum!.Fallback);
        Assert.Equal("Progress", Items.Refuse<TaskItem>("""{"Id":{"S":"t"},"Progress":{"N":"1"}}""").AttributePath);
    }

    [Fact]
    public void A_MemoryStream_is_a_B()
    {
        var settings = Items.Decode<AwsSettings>("""{"Id":{"S":"k"},"Picture":{"B":"AQID"},"Pictures":{"BS":["AQ==","Ag=="]}}""");
        Assert.Equal((0, 3), (settings.Picture!.Position, settings.Picture.Length));
        Assert.Equal([1, 2, 3], settings.Picture.ToArray());
        Assert.Equal([[1], [2]], settings.Pictures!.Select(static one => one.ToArray()));
        settings.Picture.Position = 2; // somebody has read of it
        Assert.Contains("\"Picture\":{\"B\":\"AQID\"}", Items.Encode(settings), StringComparison.Ordinal);
        Assert.Contains("\"Picture\":{\"B\":\"AgM=\"}", Items.Encode(new AwsSettings { Picture = new([1, 2, 3], 1, 2) }), StringComparison.Ordinal); // without a buffer that can be had
        Assert.Equal(TypedCdc.Schema.ColumnType.Binary, AwsSettings.Schema.Attributes.Single(static one => one.Name == "Picture").ColumnType);
        Assert.Equal(new StreamKeyed.Key(new([1]), 2), new StreamKeyed.Key(new([1]), 2));
        Assert.NotEqual(new StreamKeyed.Key(new([1]), 2), new StreamKeyed.Key(new([2]), 2));
        Assert.Equal([3], AwsSettings.FromAttributeMap(new Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue> { ["Id"] = new() { S = "k" }, ["Picture"] = new() { B = new([3]) } }).Picture!.ToArray());
    }

    [Fact]
    public void A_model_that_is_not_ours()
    {
        Assert.Equal(("a", 5), Items.Decode<Plain>("""{"id":{"S":"a"}}""") is var plain ? (plain.Id, plain.Count) : default);
        Assert.Equal(6, Items.Decode<Plain>("""{"id":{"S":"a"},"count":{"N":"6"}}""").Count);
        Assert.Equal(("plain", "count"), (AppModels.PlainModel.Schema.TableName, AppModels.PlainModel.Attributes.Count.Name));
        Assert.Equal("legacy", AppModels.LegacyModel.Schema.TableName);
        var change = CdcRecord.Decode<Plain>(Encoding.UTF8.GetBytes(
            """{"eventName":"REMOVE","tableName":"any","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"S":"a"}}}}"""));
        Assert.Equal(new AppModels.PlainModel.Key("a"), change.Key);
    }

    [Fact]
    public void A_model_of_the_platform_by_its_constructor()
    {
        var pair = Items.Decode<KeyValuePair<string, int>>("""{"Key":{"S":"a"},"Value":{"N":"3"}}""");
        Assert.Equal(new("a", 3), pair);
        Assert.Equal("a", new AppModels.KeyValuePairModel.CdcKey("a").Key);
    }

    [Fact]
    public void Several_models_on_one_table_are_told_apart()
    {
        Assert.True(Matches<Cat>("cat"));
        Assert.False(Matches<Cat>("Dog"));
        Assert.True(Matches<Dog>("Dog"));
        Assert.False(Matches<Dog>("cat"));
        Assert.Equal("""{"Id":{"S":"a"},"Name":{"S":"n"},"kind":{"S":"cat"}}""", Items.Encode(new Cat("a", "n")));
        Assert.Equal(2, Cat.Schema.Attributes.Length);
    }

    private static bool Matches<T>(string kind) => MatchesItem(CdcModel.Get<T>(), $$$"""{"kind":{"S":"{{{kind}}}"},"Id":{"S":"a"}}""");

    // As a sink asks: through the value of a map.
    private static bool MatchesItem(CdcModel model, string item)
    {
        var probe = new MatchProbe(model);
        Probe.Current = probe;
        Items.Decode<Probe>("""{"Id":{"S":"a"},"Item":{"M":""" + item + "}}");
        return probe.Result;
    }
}
