using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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

    [Fact]
    public async Task Keys_tell_models_apart_where_there_is_no_image_and_a_discriminator_does_not()
    {
        var visits = new TestSink<Visit>();
        await using var host = CdcTestHost.Start(
            cdc => cdc.Handle<Cat, CatHandler>().Handle<Dog, DogHandler>().Handle<Owner, OwnerHandler>().To(visits),
            services => services.AddSingleton(_seen));
        host.Put(new Owner { Name = "Ada" });
        host.Put(new Visit { Name = "Ada", Number = 1 });
        host.SendRaw(Removal("""{"id":{"S":"OWNER#Ada"}}"""));
        host.SendRaw(Removal("""{"id":{"S":"OWNER\u0023Ada#VISIT#1"}}"""));
        host.SendRaw(Removal("""{"id":{"S":"OWNER#Ada#VISIT#01"}}"""));
        host.SendRaw(Removal("""{"id":{"S":"dog or cat"}}"""));
        await host.WaitUntilSettledAsync();

        Assert.Equal(["owner Ada", "owner gone Ada"], _seen.Order());
        Assert.Equal([new Visit.Key("Ada", 1), new Visit.Key("Ada", 1)], visits.Changes.Select(static change => change.Key));
        Assert.IsType<Removed<Visit>>(visits.Changes[1]);
        Assert.Equal("events: 6, inserted: 2, modified: 0, removed: 2, dead-lettered: 0, unknown: 1, key mismatches: 1", host.Statistics.ToString());
        Assert.Equal(0, host.Statistics.UnmappedAttributes);

        static byte[] Removal(string keys) => System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"eventName":"REMOVE","tableName":"zoo","dynamodb":{"ApproximateCreationDateTime":1767565639982,"Keys":{{{keys}}}}}""");
    }

    [Fact]
    public async Task One_model_alone_leaves_the_items_of_others_be()
    {
        var visits = new TestSink<Visit>();
        await using var host = CdcTestHost.Start(cdc => cdc.To(visits).Handle<Cat, CatHandler>(), services => services.AddSingleton(_seen));
        host.Put(new Visit { Name = "Ada", Number = 1 });
        host.Put(new Owner { Name = "Ada" });
        host.Put(new Dog { Id = "2", Lives = "one" });
        host.Delete(new Visit { Name = "Ada", Number = 1 });
        await host.WaitUntilSettledAsync();

        Assert.Equal(2, visits.Changes.Count);
        Assert.Empty(_seen);
        host.AssertNoDeadLetters();
        Assert.Equal(2, host.Statistics.Unknown);
    }

    [Fact]
    public async Task An_item_of_no_model_is_a_dead_letter_where_unmapped_is_an_error()
    {
        var visits = new TestSink<Visit>();
        await using var host = CdcTestHost.Start(cdc => cdc.To(visits).OnUnmapped(UnmappedAttributes.Fail));
        host.Put(new Visit { Name = "Ada", Number = 1 });
        host.Put(new Owner { Name = "Ada" });
        await host.WaitUntilSettledAsync();

        Assert.Single(visits.Changes);
        Assert.Equal("events: 2, inserted: 1, modified: 0, removed: 0, dead-lettered: 1, unknown: 0", host.Statistics.ToString());
    }

    [Theory]
    [InlineData("OWNER#Ada#VISIT#01", "'{Number}' is not an integer of type Int32 without leading zeros")]
    [InlineData("OWNER#Ada#VISIT#", "'{Number}' is not an integer of type Int32 without leading zeros")]
    [InlineData("OWNER##VISIT#1", "'{Name}' is not text of at least one character without the pattern's separators")]
    public async Task A_key_that_nearly_matches_is_counted_apart_logged_with_its_reason_and_a_dead_letter_where_asked(string key, string reason)
    {
        var log = new CollectedLog();
        await using (var host = CdcTestHost.Start(
            static cdc => cdc.To(new TestSink<Visit>()), services => services.AddLogging(logging => logging.AddProvider(log))))
        {
            Send(host);
            await host.WaitUntilSettledAsync();
            Assert.Equal((2, 1), (host.Statistics.KeyMismatches, host.Statistics.Unknown));
            var line = Assert.Single(log.Lines, static line => line.Contains("nearly matches", StringComparison.Ordinal));
            Assert.Contains($"table 'zoo' is not delivered: its key nearly matches 'OWNER#{{Name}}#VISIT#{{Number}}' of 'Visit', but {reason}.", line, StringComparison.Ordinal);
            Assert.DoesNotContain(key, line, StringComparison.Ordinal);
            host.AssertNoDeadLetters();
        }

        await using (var host = CdcTestHost.Start(
            static cdc => cdc.To(new TestSink<Visit>()).EnableSensitiveData(), services => services.AddLogging(logging => logging.AddProvider(log))))
        {
            Send(host);
            await host.WaitUntilSettledAsync();
            Assert.Contains(log.Lines, line => line.Contains("nearly matches", StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal));
        }

        await using (var host = CdcTestHost.Start(static cdc => cdc.To(new TestSink<Visit>()).OnKeyMismatch(KeyMismatches.DeadLetter)))
        {
            Send(host);
            await host.WaitUntilSettledAsync();
            Assert.Equal((0, 1, 2), (host.Statistics.KeyMismatches, host.Statistics.Unknown, host.DeadLetters.Count));
            Assert.All(host.DeadLetters, letter => Assert.Contains($"but {reason}", letter.Message, StringComparison.Ordinal));
            Assert.All(host.DeadLetters, letter => Assert.DoesNotContain(key, letter.Message, StringComparison.Ordinal));
        }

        await using (var host = CdcTestHost.Start(static cdc => cdc.To(new TestSink<Visit>()).OnKeyMismatch(KeyMismatches.Ignore)))
        {
            Send(host);
            await host.WaitUntilSettledAsync();
            Assert.Equal((0, 3), (host.Statistics.KeyMismatches, host.Statistics.Unknown));
        }

        void Send(CdcTestHost host)
        {
            foreach (var id in (string[])[key, key, "PET#1"])
            {
                host.SendRaw(System.Text.Encoding.UTF8.GetBytes(
                    $$$"""{"eventName":"REMOVE","tableName":"zoo","dynamodb":{"Keys":{"id":{"S":"{{{id}}}"} },"ApproximateCreationDateTime":1767565639982}}"""));
            }
        }
    }

    [Fact]
    public async Task A_transform_writes_the_key_again()
    {
        var visits = new TestSink<Visit>();
        await using var host = CdcTestHost.Start(cdc => cdc.Transform<Visit, Longer>().To(visits), services => services.AddSingleton<Longer>());
        host.Put(new Visit { Name = "Ada", Number = 1, Minutes = 4 });
        host.Delete(new Visit { Name = "Ada", Number = 1, Minutes = 4 });
        await host.WaitUntilSettledAsync();

        Assert.Equal([5, 5], visits.Changes.Select(static change => change is Inserted<Visit> inserted ? inserted.After.Minutes : ((Removed<Visit>)change).Before.Minutes));
        Assert.All(visits.Changes, static change => Assert.Equal(new Visit.Key("Ada", 1), change.Key));
        host.AssertNoDeadLetters();
    }

    [Fact]
    public async Task Derived_types_of_one_model_beside_another()
    {
        var vehicles = new TestSink<Vehicle>();
        await using (var host = CdcTestHost.Start(cdc => cdc.To(vehicles).Handle<Cat, CatHandler>(), services => services.AddSingleton(_seen)))
        {
            host.Put<Vehicle>(new Car { Id = "1", Doors = 3 });
            host.Put<Vehicle>(new Bike { Id = "2" });
            host.Put(new Cat { Id = "3", Lives = 9 });
            host.Delete<Vehicle>(new Car { Id = "1", Doors = 3 });
            await host.WaitUntilSettledAsync();

            Assert.Equal([typeof(Car), typeof(Bike)], vehicles.Changes.OfType<Inserted<Vehicle>>().Select(static inserted => inserted.After.GetType()));
            Assert.Equal(new Vehicle.Key("1"), Assert.IsType<Removed<Vehicle>>(vehicles.Changes[2]).Key);
            Assert.Equal(["cat 3"], _seen);
            host.AssertNoDeadLetters();
        }

        await using var alone = CdcTestHost.Start(cdc => cdc.To(new TestSink<Vehicle>()));
        alone.SendRaw("""{"eventName":"INSERT","tableName":"zoo","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"S":"3"}},"NewImage":{"id":{"S":"3"},"kind":{"S":"boat"}}}}"""u8);
        await alone.WaitUntilSettledAsync();
        Assert.Single(alone.DeadLetters);
    }

    [CdcTable("zoo", Discriminator = "kind")]
    [CdcDerivedType(typeof(Car), "car")]
    [CdcDerivedType(typeof(Bike), "bike")]
    internal abstract partial record Vehicle
    {
        [PartitionKey("id")]
        public required string Id { get; init; }
    }

    internal sealed record Car : Vehicle
    {
        [CdcAttribute("doors")]
        public int Doors { get; init; }
    }

    internal sealed record Bike : Vehicle;

    [CdcTable("zoo")]
    [PartitionKey("id", Pattern = "OWNER#{Name}")]
    internal sealed partial record Owner
    {
        public required string Name { get; init; }
    }

    [CdcTable("zoo")]
    [PartitionKey("id", Pattern = "OWNER#{Name}#VISIT#{Number}")]
    internal sealed partial record Visit
    {
        public required string Name { get; init; }

        public required int Number { get; init; }

        [CdcAttribute("minutes")]
        public int Minutes { get; init; }
    }

    internal sealed class Longer : IChangeTransform<Visit>
    {
        public Transformed<Visit> Transform(Visit item) => item with { Minutes = item.Minutes + 1 };
    }

    internal sealed class OwnerHandler(ConcurrentQueue<string> seen) : ChangeHandler<Owner>
    {
        public override ValueTask OnInsertedAsync(Inserted<Owner> change, CancellationToken cancellationToken)
        {
            seen.Enqueue("owner " + change.After.Name);
            return default;
        }

        public override ValueTask OnRemovedAsync(Removed<Owner> change, CancellationToken cancellationToken)
        {
            seen.Enqueue("owner gone " + change.Key.Name);
            return default;
        }
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
