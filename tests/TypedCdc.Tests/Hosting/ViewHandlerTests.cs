using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;
using TypedCdc.Tests.Decoding;

namespace TypedCdc.Tests.Hosting;

public class ViewHandlerTests
{
    private readonly ConcurrentQueue<string> _seen = new();

    [Fact]
    public async Task Changes_are_read_in_place()
    {
        await using var host = Start();
        host.SendRaw(Utf8(Events.Insert(1, "a")));
        host.SendRaw(Utf8(Events.Modify(1, "a", "b")));
        host.SendRaw(Utf8(Events.Remove(1, "b")));
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+1 a", "~1 a->b", "-1"], _seen);
        host.AssertHandled<Handler>(3);
    }

    [Fact]
    public async Task A_view_handler_that_fails_has_its_attempts_and_its_dead_letter()
    {
        using var files = new TestHost(null!);
        var file = files.File1(string.Join('\n', Events.Insert(1, "a"), Events.Insert(2, "bad"), Events.Insert(3, "c")));
        using var host = new TestHost(
            cdc => cdc.FromFiles(file).OnFailure(o => o.BaseDelay = TimeSpan.Zero).HandleViews<CustomerView, Handler>(), builder => builder.Services.AddSingleton(_seen));
        await host.RunAsync();
        Assert.Equal(["+1 a", "bad", "bad", "bad", "bad", "bad", "+3 c"], _seen);
        Assert.Equal(5, System.Text.Json.JsonDocument.Parse(Assert.Single(host.DeadLetters)).RootElement.GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Keys_that_are_not_wanted_are_left_out_before_an_image_is_looked_at()
    {
        await using var host = CdcTestHost.Start(
            cdc => cdc.HandleViews<CustomerView, Handler>(o =>
            {
                o.WhereKeys(keys => keys.UserId < 100);
                o.WhereKeys(keys => keys.UserId % 2 == 0);
                o.Where<Decoding.Customer.Key>(key => key.UserId != 4);
            }),
            services => services.AddSingleton(_seen));
        for (var user = 1; user <= 6; user++)
        {
            host.SendRaw(Utf8(Events.Insert(user, "a")));
        }

        host.SendRaw(Utf8(Events.Insert(7, "a").Replace("\"phone\":{\"N\":\"7\"}", "\"phone\":{\"S\":\"no number\"}", StringComparison.Ordinal)));
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+2 a", "+6 a"], _seen);
        host.AssertNoDeadLetters();
    }

    [Fact]
    public async Task Duplicates_are_left_out_and_stale_changes_are_flagged_or_dropped()
    {
        foreach (var stale in Enum.GetValues<StaleChanges>())
        {
            _seen.Clear();
            await using var host = CdcTestHost.Start(
                cdc => cdc.HandleViews<CustomerView, Handler>(o => o.Deduplication = new() { Stale = stale }), services => services.AddSingleton(_seen));
            host.SendRaw(At(Events.Insert(1, "a"), "e1", 1));
            host.SendRaw(At(Events.Modify(1, "b", "c"), "e3", 3));
            host.SendRaw(At(Events.Modify(1, "a", "b"), "e2", 2));
            host.SendRaw(At(Events.Insert(1, "a"), "e1", 1));
            host.Fail<Handler>(2);
            await host.WaitUntilSettledAsync();
            Assert.Equal(stale == StaleChanges.Flag ? ["+1 a", "~1 b->c", "(stale)", "~1 a->b"] : ["+1 a", "~1 b->c"], _seen);
            Assert.Equal((1, 1), (host.Statistics.Duplicates, host.Statistics.Stale));
        }

        static byte[] At(string record, string id, long second) => Utf8(record
            .Replace("\"eventID\":\"e\"", $"\"eventID\":\"{id}\"", StringComparison.Ordinal)
            .Replace("1667565639982", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{1667565639982 + second * 1000}"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_that_does_not_fit_says_where_it_stands()
    {
        await using var host = Start();
        host.SendRaw(Utf8(Events.Insert(1, "a")));
        host.SendRaw(Utf8(Events.Remove(2, "a").Replace("\"userid\":{\"N\":\"2\"}", "\"userid\":{\"N\":\"2.5\"}", StringComparison.Ordinal)));
        await host.WaitUntilSettledAsync();
        var letter = Assert.Single(host.DeadLetters);
        foreach (var part in (string[])["hubert_dynamocdc", "userid", "OldImage", "test-stream", "2"])
        {
            Assert.Contains(part, letter.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("2.5", letter.Message, StringComparison.Ordinal);
    }

    private CdcTestHost Start() => CdcTestHost.Start(cdc => cdc.HandleViews<CustomerView, Handler>(), services => services.AddSingleton(_seen));

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private sealed class Handler(ConcurrentQueue<string> seen) : ViewHandler<CustomerView>
    {
        public override void OnInserted(scoped in ChangeView<CustomerView> change)
        {
            if (change.After.FirstName.ToString() == "bad")
            {
                seen.Enqueue("bad");
                throw new InvalidOperationException();
            }

            seen.Enqueue($"+{change.After.UserId} {change.After.FirstName.ToString()}");
        }

        public override void OnModified(scoped in ChangeView<CustomerView> change)
        {
            if (change.IsStale)
            {
                seen.Enqueue("(stale)");
            }

            seen.Enqueue($"~{change.Keys.UserId} {change.Before.FirstName.ToString()}->{change.After.FirstName.ToString()}");
        }

        public override void OnRemoved(scoped in ChangeView<CustomerView> change) => seen.Enqueue($"-{change.Before.UserId}");
    }
}
