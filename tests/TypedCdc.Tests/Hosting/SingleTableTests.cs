using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Hosting;

/// <summary>Several models on one table.</summary>
public partial class SingleTableTests
{
    private readonly ConcurrentQueue<string> _seen = new();

    [Fact]
    public async Task Each_item_goes_to_the_handlers_of_its_own_model_and_what_belongs_to_none_is_unknown()
    {
        var cats = new TestSink<Cat>();
        await using var host = CdcTestHost.Start(
            cdc => cdc.Handle<Cat, CatHandler>().Handle<Dog, DogHandler>().To(cats).OnUnmapped(UnmappedAttributes.Ignore),
            services => services.AddSingleton(_seen));
        host.Put(new Cat { Id = "1", Lives = 9 });
        host.Put(new Dog { Id = "2", Lives = "one" });
        host.Put(new Cat { Id = "1", Lives = 8 });
        host.Delete(new Dog { Id = "2", Lives = "one" });
        host.SendRaw("""{"eventName":"INSERT","tableName":"zoo","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"S":"3"}},"NewImage":{"id":{"S":"3"},"kind":{"S":"fish"}}}}"""u8);
        await host.WaitUntilSettledAsync();

        Assert.Equal(["cat 1", "cat 1", "dog 2", "dog gone"], _seen.Order());
        Assert.Equal(2, cats.Changes.Count);
        Assert.Equal("events: 5, inserted: 2, modified: 1, removed: 1, dead-lettered: 0, unknown: 1", host.Statistics.ToString());
        host.AssertNoDeadLetters();
    }

    [CdcTable("zoo", Discriminator = "kind", DiscriminatorValue = "cat")]
    internal sealed partial record Cat
    {
        [PartitionKey("id")]
        public required string Id { get; init; }

        [CdcAttribute("lives")]
        public int Lives { get; init; }
    }

    /// <summary>Has an attribute of the other's name with another type.</summary>
    [CdcTable("zoo", Discriminator = "kind", DiscriminatorValue = "dog")]
    internal sealed partial record Dog
    {
        [PartitionKey("id")]
        public required string Id { get; init; }

        [CdcAttribute("lives")]
        public required string Lives { get; init; }
    }

    internal sealed class CatHandler(ConcurrentQueue<string> seen) : ChangeHandler<Cat>
    {
        public override ValueTask OnInsertedAsync(Inserted<Cat> change, CancellationToken cancellationToken) => Saw(change.After);

        public override ValueTask OnModifiedAsync(Modified<Cat> change, CancellationToken cancellationToken) => Saw(change.After);

        private ValueTask Saw(Cat cat)
        {
            seen.Enqueue("cat " + cat.Id);
            return default;
        }
    }

    internal sealed class DogHandler(ConcurrentQueue<string> seen) : ChangeHandler<Dog>
    {
        public override ValueTask OnInsertedAsync(Inserted<Dog> change, CancellationToken cancellationToken)
        {
            seen.Enqueue("dog " + change.After.Id);
            return default;
        }

        public override ValueTask OnRemovedAsync(Removed<Dog> change, CancellationToken cancellationToken)
        {
            seen.Enqueue("dog gone");
            return default;
        }
    }
}
