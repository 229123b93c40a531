using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TypedCdc;
using TypedCdc.Hosting;
using TypedCdc.Observability;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds TypedCdc to a host.</summary>
public static class CdcServiceCollectionExtensions
{
    /// <summary>
    /// Adds the pipeline: it starts and stops with the host. Called again, it adds to what is there. <see cref="CdcStatistics"/> and <see cref="CdcHealth"/> can be injected.
    /// </summary>
    public static IServiceCollection AddTypedCdc(this IServiceCollection services, Action<CdcBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var registrations = services
            .Where(service => service.ServiceType == typeof(CdcRegistrations))
            .Select(service => service.ImplementationInstance)
            .OfType<CdcRegistrations>()
            .FirstOrDefault();
        if (registrations is null)
        {
            services.AddSingleton(registrations = new());
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<CdcStatistics>();
            services.TryAddSingleton<CdcHealth>();
            services.TryAddSingleton<CdcHealthCheck>();
            services.TryAddSingleton(static provider => new CdcTelemetry(
                provider.GetRequiredService<CdcStatistics>(), provider.GetRequiredService<CdcHealth>(), provider.GetService<IMeterFactory>()));
            services.TryAddSingleton<CdcRuntimeFactory>();
            services.AddSingleton<IHostedService, CdcHostedService>();
        }

        configure(new(services, registrations));
        return services;
    }
}
