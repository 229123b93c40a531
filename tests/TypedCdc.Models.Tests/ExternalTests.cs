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
