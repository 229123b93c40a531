using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace TypedCdc.Tests.Hosting;

public class ConfigurationTests
{
    private readonly Journal _journal = new();

    private TestHost Host(Action<CdcBuilder> configure, params (string Key, string Value)[] settings) => new(configure, builder =>
    {
        builder.Services.AddSingleton(_journal);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("TypedCdc:" + setting.Key, (string?)setting.Value)));
    });

    [Fact]
    public async Task What_the_configuration_says_goes_before_the_code()
    {
        using var files = new TestHost(null!);
        var letters = Path.Combine(files.Directory, "configured.jsonl");
        var file = files.File1(string.Join('\n', Events.Insert(1, "a", "prod-customers"), Events.Insert(2, "b"), Events.Insert(3, "c", "eu-customers")));
        var attempts = 0;
        _journal.Before = (change, _) => change is Inserted<Customer> { After.UserId: 3 } && ++attempts > 0 ? throw new InvalidOperationException() : default;
        using var host = Host(
            cdc => cdc.FromFiles(file).Table<Customer>("hubert_dynamocdc").Handle<Customer, RecordingHandler>(),
            ("Tables:Customer:0", "prod-*"),
            ("Tables:Customer:1", "eu-customers"),
            ("Subscribers:RecordingHandler:MaximumAttempts", "2"),
            ("subscribers:recordinghandler:basedelay", "00:00:00.001"),
            ("DeadLetters:File", letters),
            ("CircuitBreaker:DeadLetterRatio", "none"),
            ("DrainTimeout", "00:00:05"));
        await host.RunAsync();

        Assert.Equal(["+1 a"], _journal.Entries);
        Assert.Equal(2, attempts);
        Assert.Single(File.ReadAllLines(letters));
        Assert.Equal(1, host.Statistics.Unknown);
    }

    [Theory]
    [InlineData("MaximumInFlightRecord", "5", "'TypedCdc:MaximumInFlightRecord' in the configuration means nothing. Known there: Application,")]
    [InlineData("MaximumInFlightRecords", "5,5", "is '5,5', but must be a whole number.")]
    [InlineData("DrainTimeout", "20", "is '20', but must be a time such as 00:00:30.")]
    [InlineData("OnUnmapped", "Explode", "must be one of Report, Ignore, Fail.")]
    [InlineData("OnUnmapped", "1", "must be one of Report, Ignore, Fail.")]
    [InlineData("StopWhenSourcesEnd", "yes", "must be true or false.")]
    [InlineData("CircuitBreaker:DeadLetterRatio", "2", "CdcOptions.CircuitBreaker.DeadLetterRatio is 2, but must be above 0 and at most 1, or null for no limit.")]
    [InlineData("Tables:Custmer", "x", "'TypedCdc:Tables:Custmer' in the configuration means nothing. Known there: Customer.")]
    [InlineData("Subscribers:Welcome:Concurrency", "2", "'TypedCdc:Subscribers:Welcome' in the configuration means nothing. Known there: RecordingHandler.")]
    [InlineData("Subscribers:RecordingHandler:Concurrency", "65", "Concurrency of the handler 'RecordingHandler' is 65, but must be between 1 and 64, the number of lanes.")]
    [InlineData("Subscribers:RecordingHandler:MaximumAttempts", "0", "MaximumAttempts of 'RecordingHandler' must be at least 1")]
    [InlineData("MaximumInFlightBytes", "0", "CdcOptions.MaximumInFlightBytes is 0, but must be above 0.")]
    public async Task A_mistake_is_found_at_start_and_says_how_to_mend_it(string key, string value, string expected)
    {
        using var test = Host(cdc => cdc.FromFiles("x").Handle<Customer, RecordingHandler>(), (key, value));
        using var host = test.Build();
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.StartAsync());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_the_code_are_found_at_start()
    {
        await Fails(cdc => cdc.FromFiles("x"), "There is no handler and no sink.");
        await Fails(cdc => cdc.FromFiles("x").Handle<Customer, RecordingHandler>(o => o.Name = "a").Handle<Customer, RecordingHandler>(o => o.Name = "a"), "Two handlers or sinks are named 'a'.");
        await Fails(cdc => cdc.FromFiles("x").To(new RecordingSink(), o => o.MaximumBatchRecords = 0), "MaximumBatchRecords of the sink 'RecordingSink' is 0");
        await Fails(cdc => cdc.FromFiles("x").Handle<Customer, RecordingHandler>(o => o.Failure.MaximumDelay = TimeSpan.Zero), "MaximumDelay must be at least BaseDelay");

        async Task Fails(Action<CdcBuilder> configure, string expected)
        {
            using var test = Host(configure);
            using var host = test.Build();
            var error = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.StartAsync());
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }
}
