using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.Tests.Harness;

internal static class Functions
{
    /// <summary>A function with the recording handler, two attempts, and next to no wait between them.</summary>
    internal static CdcFunction Create(Recorder recorder, Action<CdcBuilder>? configure = null, int concurrency = 1, Action<CdcFunctionOptions>? options = null) => CdcFunction.Create(
        services =>
        {
            services.AddSingleton(recorder);
            services.AddLogging(); // no provider: tests are quiet
            services.AddTypedCdc(cdc =>
            {
                cdc.Handle<Customer, RecordingHandler>(handler => handler.Concurrency = concurrency)
                    .OnFailure(failure =>
                    {
                        failure.MaximumAttempts = 2;
                        failure.BaseDelay = TimeSpan.FromMilliseconds(1);
                        failure.MaximumDelay = TimeSpan.FromMilliseconds(2);
                    });
                configure?.Invoke(cdc);
            });
        },
        options);
}
