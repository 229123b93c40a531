using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.DeadLetters;

namespace TypedCdc.Kinesis.Tests;

/// <summary>Where checkpoints go when nobody has chosen a place.</summary>
public sealed class CheckpointPlaceTests
{
    [Fact]
    public async Task Outside_Development_a_host_without_a_chosen_place_does_not_start()
    {
        using var host = Build("Production");
        var refused = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.StartAsync());
        Assert.Contains("the checkpoints of the stream 'changes'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Development_they_are_in_the_content_root()
    {
        using var host = Build("Development");
        await host.StartAsync();
        await host.StopAsync();
    }

    private static IHost Build(string environment)
    {
        var folder = Directory.CreateTempSubdirectory("typedcdc-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment, ContentRootPath = folder });
        builder.Services.AddTypedCdc(cdc => cdc
            .FromKinesis("http://127.0.0.1:9/changes?region=us-east-1")
            .DeadLettersTo(new JsonLinesDeadLetterStore(Path.Combine(folder, "letters.jsonl")))
            .To(new Nothing(), static options => options.AcceptUnknownTables = true));
        return builder.Build();
    }

    private sealed class Nothing : ISink
    {
        public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken) => default;
    }
}
