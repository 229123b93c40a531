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
    public void A_filter_that_makes_objects_is_refused()
    {
        var error = Assert.Throws<CdcConfigurationException>(() => CdcTestHost.Start(
            cdc => cdc.HandleViews<CustomerView, Handler>(o => o.Deduplication = new()), services => services.AddSingleton(_seen)));
        Assert.Contains("'Handler'", error.Message, StringComparison.Ordinal);
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

        public override void OnModified(scoped in ChangeView<CustomerView> change) =>
            seen.Enqueue($"~{change.Keys.UserId} {change.Before.FirstName.ToString()}->{change.After.FirstName.ToString()}");

        public override void OnRemoved(scoped in ChangeView<CustomerView> change) => seen.Enqueue($"-{change.Before.UserId}");
    }
}
