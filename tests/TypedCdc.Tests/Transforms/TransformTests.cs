using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Transforms;

public class TransformTests
{
    private readonly Journal _journal = new();
    private readonly RecordingSink _sink = new();
    private readonly RecordingTypedSink _typed = new();

    private TestHost Host(Action<CdcBuilder> configure) => new(
        cdc => configure(cdc.Handle<Customer, RecordingHandler>().To(_sink).To(_typed)), builder => builder.Services.AddSingleton(_journal));

    private async Task<TestHost> RunAsync(Action<CdcBuilder> configure, params string[] records)
    {
        var files = new TestHost(null!);
        var file = files.File1(string.Join('\n', records));
        var host = Host(cdc => configure(cdc.FromFiles(file)));
        await host.RunAsync();
        files.Dispose();
        return host;
    }

    [Fact]
    public async Task A_transform_changes_both_images_before_every_handler_and_sink()
    {
        using var host = await RunAsync(cdc => cdc.Transform<Customer, UpperCase>(), Events.Insert(1, "a"), Events.Modify(1, "a", "b"), Events.Remove(1, "b"));

        Assert.Equal(["+1 A", "~1 A->B first_name", "-1"], _journal.Entries);
        var written = _sink.Written.Select(text => CdcRecord.Decode<Customer>(Encoding.UTF8.GetBytes(text))).ToArray();
        Assert.Equal("A", Assert.IsType<Inserted<Customer>>(written[0]).After.FirstName);
        var modified = Assert.IsType<Modified<Customer>>(written[1]);
        Assert.Equal(("A", "B"), (modified.Before.FirstName, modified.After.FirstName));
        Assert.Equal("B", Assert.IsType<Removed<Customer>>(written[2]).Before.FirstName);
        Assert.Equal(["A", "B"], _typed.Written.Take(2).Select(change => change switch
        {
            Inserted<Customer> inserted => inserted.After.FirstName,
            Modified<Customer> other => other.After.FirstName,
            _ => null,
        }));
        Assert.Equal("events: 3, inserted: 1, modified: 1, removed: 1, dead-lettered: 0, unknown: 0", host.Statistics.ToString());
    }

    [Fact]
    public async Task What_is_written_anew_keeps_everything_but_the_images()
    {
        using var host = await RunAsync(cdc => cdc.Transform<Customer, UpperCase>(), Events.Modify(7, "a", "b"));

        using var record = JsonDocument.Parse(Assert.Single(_sink.Written));
        var root = record.RootElement;
        Assert.Equal("eu-central-1", root.GetProperty("awsRegion").GetString());
        Assert.Equal("MODIFY", root.GetProperty("eventName").GetString());
        Assert.Equal("hubert_dynamocdc", root.GetProperty("tableName").GetString());
        Assert.Equal(1667565639982000, root.GetProperty("dynamodb").GetProperty("ApproximateCreationDateTime").GetInt64());
        Assert.Equal("""{"userid":{"N":"7"}}""", root.GetProperty("dynamodb").GetProperty("Keys").GetRawText());
        Assert.Equal(new SequenceNumber(1_000_000_000_001), Assert.Single(_typed.Written).Position.SequenceNumber);
    }

    [Fact]
    public async Task An_attribute_that_the_transform_makes_equal_has_not_changed()
    {
        using var host = await RunAsync(cdc => cdc.Transform<Customer, Mask>(), Events.Modify(1, "a", "b"));
        Assert.Equal(["~1 *->* "], _journal.Entries);
    }

    [Fact]
    public async Task Behind_a_filter_stands_the_table_of_what_passes()
    {
        using var host = await RunAsync(
            cdc => cdc.Transform<Customer, OnlyActive>(),
            Events.Insert(1, "idle"),
            Events.Modify(1, "idle", "idle"),
            Events.Modify(1, "idle", "active"),
            Events.Modify(1, "active", "active"),
            Events.Modify(1, "active", "idle"),
            Events.Remove(1, "idle"),
            Events.Insert(2, "active"),
            Events.Remove(2, "active"));

        Assert.Equal(["+1 active", "~1 active->active ", "-1", "+2 active", "-2"], _journal.Entries);
        Assert.Equal(["INSERT", "MODIFY", "REMOVE", "INSERT", "REMOVE"], _sink.Written.Select(text => JsonDocument.Parse(text).RootElement.GetProperty("eventName").GetString()));
        Assert.Equal(8, host.Statistics.Events);
    }

    [Fact]
    public async Task Several_run_in_the_order_of_their_registration()
    {
        using var host = await RunAsync(cdc => cdc.Transform<Customer, UpperCase>().Transform<Customer, Exclaim>(), Events.Insert(1, "a"));
        Assert.Equal(["+1 A!"], _journal.Entries);
    }

    [Fact]
    public async Task A_transform_that_changes_the_key_is_an_error_and_a_dead_letter()
    {
        using var host = await RunAsync(cdc => cdc.Transform<Customer, ChangesKey>(), Events.Insert(1, "a"), Events.Insert(2, "b"));
        Assert.Equal(["+2 b"], _journal.Entries);
        Assert.Equal(3, host.DeadLetters.Length); // one a subscriber
        Assert.All(host.DeadLetters, line => Assert.Contains("changed the key", line, StringComparison.Ordinal));
        Assert.Equal(1, host.Statistics.DeadLettered);
    }

    private sealed class UpperCase : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item with { FirstName = item.FirstName?.ToUpperInvariant() };
    }

    private sealed class Exclaim : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item with { FirstName = item.FirstName + "!" };
    }

    private sealed class Mask : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item with { FirstName = "*" };
    }

    private sealed class OnlyActive : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item.FirstName == "active" ? item : Transformed<Customer>.Dropped;
    }

    private sealed class ChangesKey : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item.UserId == 1 ? item with { UserId = 99 } : item;
    }
}
