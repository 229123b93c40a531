using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Observability;
using TypedCdc.Sources;

namespace TypedCdc.Hosting;

/// <summary>Makes an engine and its sources from what was registered; the same for a host, a test and a function.</summary>
internal sealed class CdcRuntimeFactory(CdcRegistrations registrations, IServiceProvider services)
{
    /// <summary>For a host, which reads from the registered sources.</summary>
    internal CdcRuntime Create() => Create(StopScope.Engine, [.. registrations.Sources.Select(create => create(services))], "typedcdc");

    /// <summary>For something that is given its records: a function, a child of Amazon's daemon.</summary>
    /// <param name="scope">How far a stop reaches; a dead-letter store has to be there unless it is <see cref="StopScope.Shard"/>.</param>
    /// <param name="application">The application's name where none is configured.</param>
    internal CdcRuntime CreateWithoutSources(StopScope scope, string application) => registrations.Sources.Count == 0
        ? Create(scope, [], application)
        : throw new CdcConfigurationException("Here the records are given to the pipeline; it reads from no source. Take cdc.From…(…) out, or run it in a host.");

    private CdcRuntime Create(StopScope scope, IReadOnlyList<IChangeSource> sources, string defaultApplication)
    {
        var options = new CdcOptions();
        registrations.Configure.ForEach(configure => configure(options));
        var configuration = services.GetService<IConfiguration>() is { } source ? new ConfigurationReader(source) : null;
        configuration?.Apply(options);
        options.Validate();

        var environment = services.GetService<IHostEnvironment>();
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var statistics = services.GetRequiredService<CdcStatistics>();
        var time = services.GetRequiredService<TimeProvider>();
        var application = options.Application ?? environment?.ApplicationName ?? defaultApplication;
        var transforms = new TransformChains([.. registrations.Transforms.Values.Select(create => create(services))]);
        var subscribers = CreateSubscribers(transforms, configuration);
        configuration?.CheckNames(registrations.Models, subscribers.Select(subscriber => subscriber.Name));
        if (subscribers.Count == 0)
        {
            throw new CdcConfigurationException("There is no handler and no sink. Add one with cdc.Handle<T, THandler>() or cdc.To(sink).");
        }

        var engine = new DeliveryEngine(new()
        {
            Application = application,
            TimeProvider = time,
            LoggerFactory = loggers,
            Logger = loggers.CreateLogger("TypedCdc"),
            Services = services,
            Subscribers = subscribers,
            Tables = new(
                registrations.Models,
                TableNames(configuration),
                options.TableNamePrefix),
            DeadLetters = scope == StopScope.Shard && registrations.DeadLetters is null && configuration?.DeadLetterFile is null
                ? null
                : CreateDeadLetterStore(environment, configuration),
            OwnsDeadLetters = registrations.OwnsDeadLetters || configuration?.DeadLetterFile is not null || registrations.DeadLetters is null,
            StopScope = scope,
            Observer = services.GetService<IDeliveryObserver>(),
            Statistics = statistics,
            Health = services.GetRequiredService<CdcHealth>(),
            Telemetry = services.GetRequiredService<CdcTelemetry>(),
            Limits = new(options.MaximumInFlightBytes, options.MaximumInFlightRecords),
            CircuitBreaker = options.CircuitBreaker,
            Unmapped = options.OnUnmapped,
            KeyMismatches = options.OnKeyMismatch,
            ShowsKeys = options.EnableSensitiveData || environment?.IsDevelopment() == true,
            EnableSensitiveData = options.EnableSensitiveData,
        });
        return new(engine, options, application, sources, subscribers, statistics, services.GetRequiredService<CdcHealth>(), time, loggers);
    }

    private Dictionary<Type, IReadOnlyList<string>> TableNames(ConfigurationReader? configuration)
    {
        var names = registrations.TableNames.ToDictionary(bound => bound.Key, IReadOnlyList<string> (bound) => bound.Value);
        foreach (var model in registrations.Models)
        {
            if (configuration?.TableNames(model) is { } configured)
            {
                names[model.ClrType] = configured;
            }
        }

        return names;
    }

    private List<Subscriber> CreateSubscribers(TransformChains transforms, ConfigurationReader? configuration)
    {
        var subscribers = new List<Subscriber>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var registration in registrations.Subscribers)
        {
            var name = registration.Name() ?? registration.TypeName;
            if (!taken.Add(name))
            {
                if (registration.Name() is not null)
                {
                    throw new CdcConfigurationException($"Two handlers or sinks are named '{name}'. Dead letters and metrics need names that are unique.");
                }

                var number = 2;
                while (!taken.Add($"{name}-{number}"))
                {
                    number++;
                }

                name = $"{name}-{number}";
            }

            if (configuration is not null)
            {
                registration.Configure(configuration, name);
            }

            subscribers.Add(registration.Create(services, name, transforms));
        }

        return subscribers;
    }

    private IDeadLetterStore CreateDeadLetterStore(IHostEnvironment? environment, ConfigurationReader? configuration)
    {
        if (configuration?.DeadLetterFile is { } file)
        {
            return new JsonLinesDeadLetterStore(file);
        }

        if (registrations.DeadLetters is { } create)
        {
            return create(services);
        }

        // A default that fills a container's disk, or vanishes with it, would be chosen by nobody.
        return environment?.IsDevelopment() == true
            ? new JsonLinesDeadLetterStore(Path.Combine(environment.ContentRootPath, "dead-letters.jsonl"))
            : throw new CdcConfigurationException(
                "Outside the Development environment it must be said where dead letters go: cdc.DeadLettersToFile(\"…\") on a disk that outlives the process, or cdc.DeadLettersTo(store), or 'TypedCdc:DeadLetters:File' in the configuration. "
                + "In Development they go to dead-letters.jsonl in the content root.");
    }
}
