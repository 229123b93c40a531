using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.Services;

/// <summary>The container of a process without a host: what the user registers, and loggers that write to standard error where none are registered.</summary>
internal static class HostlessServices
{
    internal static ServiceProvider Build(Action<IServiceCollection> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var services = new ServiceCollection();
        configure(services);
        services.TryAddSingleton<ILoggerFactory>(_ => new StandardErrorLoggerFactory(Console.Error));
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        return services.BuildServiceProvider();
    }
}
