using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TypedCdc.DeadLetters;
using TypedCdc.Decoding;
using TypedCdc.Handlers;
using TypedCdc.Hosting;
using TypedCdc.Sinks;
using TypedCdc.Sources;
using TypedCdc.Transforms;

namespace TypedCdc;

/// <summary>Says where changes come from, what happens on the way, and where they go. Given by <c>services.AddTypedCdc(cdc => …)</c>.</summary>
public sealed class CdcBuilder
{
    private readonly CdcRegistrations _registrations;

    internal CdcBuilder(IServiceCollection services, CdcRegistrations registrations)
    {
        Services = services;
        _registrations = registrations;
    }

    /// <summary>The host's services, for extensions that bring their own.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Sets what holds for the whole pipeline. What the section <c>TypedCdc</c> of the host's configuration says goes before it, so that a deployment is changed without a build.
    /// </summary>
    public CdcBuilder Configure(Action<CdcOptions> configure)
    {
        _registrations.Configure.Add(configure);
        return this;
    }

    /// <summary>Calls a handler for the changes of <typeparamref name="T"/>. It comes from dependency injection, in a scope of its own for every change.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <typeparam name="THandler">The handler; registered as scoped, unless it is registered already.</typeparam>
    public CdcBuilder Handle<[CdcModelType] T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<HandlerOptions>? configure = null)
        where THandler : ChangeHandler<T>
    {
        Services.TryAddScoped<THandler>();
        var model = CdcModel.Get<T>();
        _registrations.AddModel(model);
        var options = Options(configure, options => options.Failure);
        _registrations.Subscribers.Add(new(() => options.Value.Name, typeof(THandler).Name, (reader, name) => reader.Apply(name, options.Value), (_, name, transforms) =>
        {
            options.Value.Validate(name);
            return new HandlerSubscriber<T, THandler>(name, options.Value, model, transforms.Of<T>());
        }));
        return this;
    }

    /// <summary>Calls a handler with many changes of <typeparamref name="T"/> at once. It comes from dependency injection, in a scope of its own for every call.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <typeparam name="THandler">The handler; registered as scoped, unless it is registered already.</typeparam>
    public CdcBuilder HandleBatch<[CdcModelType] T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<BatchHandlerOptions>? configure = null)
        where THandler : BatchChangeHandler<T>
    {
        Services.TryAddScoped<THandler>();
        var model = CdcModel.Get<T>();
        _registrations.AddModel(model);
        var options = Options(configure, options => options.Failure);
        _registrations.Subscribers.Add(new(() => options.Value.Name, typeof(THandler).Name, (reader, name) => reader.Apply(name, options.Value), (_, name, transforms) =>
        {
            options.Value.Validate(name);
            return new BatchHandlerSubscriber<T, THandler>(name, options.Value, model, transforms.Of<T>());
        }));
        return this;
    }

    /// <summary>Calls a handler that reads changes in place, without an allocation. It comes from dependency injection, in a scope of its own for a run of changes.</summary>
    /// <typeparam name="TView">The model's view: <c>Customer.View</c>.</typeparam>
    /// <typeparam name="THandler">The handler; registered as scoped, unless it is registered already.</typeparam>
    public CdcBuilder HandleViews<TView, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<ViewHandlerOptions<TView>>? configure = null)
        where TView : struct, ICdcView<TView>, allows ref struct
        where THandler : ViewHandler<TView>
    {
        Services.TryAddScoped<THandler>();
        var model = RecordDecoder.ModelOf<TView>();
        _registrations.AddModel(model);
        var options = Options(configure, options => options.Failure);
        _registrations.Subscribers.Add(new(() => options.Value.Name, typeof(THandler).Name, (reader, name) => reader.Apply(name, options.Value), (_, name, transforms) =>
        {
            options.Value.Validate(name);
            return new ViewHandlerSubscriber<TView, THandler>(name, options.Value, model, transforms.All.FirstOrDefault(chain => chain.Model == model));
        }));
        return this;
    }

    /// <summary>
    /// Puts a transform between decoding and every handler and sink of <typeparamref name="T"/>, wherever in this list it stands. Several run in the order of their registration.
    /// </summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <typeparam name="TTransform">The transform; registered as a singleton, unless it is registered already.</typeparam>
    public CdcBuilder Transform<[CdcModelType] T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransform>()
        where TTransform : class, IChangeTransform<T>
    {
        Services.TryAddSingleton<TTransform>();
        var model = CdcModel.Get<T>();
        _registrations.AddModel(model);
        var before = _registrations.Transforms.GetValueOrDefault(typeof(T));
        _registrations.Transforms[typeof(T)] = services =>
        {
            var chain = (TransformChain<T>?)before?.Invoke(services);
            return new TransformChain<T>(model, [.. chain?.Transforms ?? [], services.GetRequiredService<TTransform>()]);
        };
        return this;
    }

    /// <summary>Writes typed changes to a sink.</summary>
    public CdcBuilder To<[CdcModelType] T>(ISink<T> sink, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return AddSink(_ => sink, isOwned: false, sink.GetType().Name, configure);
    }

    /// <summary>Writes records to a sink, without making models of them.</summary>
    public CdcBuilder To(ISink sink, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return AddSink(_ => sink, isOwned: false, sink.GetType().Name, configure);
    }

    /// <summary>Writes typed changes to a sink that is made from the host's services, and disposed when delivery has ended.</summary>
    public CdcBuilder AddSink<[CdcModelType] T>(Func<IServiceProvider, ISink<T>> create, Action<SinkOptions>? configure = null) =>
        AddSink(create, isOwned: true, typeof(T).Name + "Sink", configure);

    /// <summary>Writes records to a sink that is made from the host's services, and disposed when delivery has ended. For packages that bring a sink.</summary>
    public CdcBuilder AddSink(Func<IServiceProvider, ISink> create, Action<SinkOptions>? configure = null) =>
        AddSink(create, isOwned: true, "Sink", configure);

    /// <summary>The same, with the name that the sink has unless its options give another; a number follows where several have it.</summary>
    internal CdcBuilder AddSink(Func<IServiceProvider, ISink> create, string typeName, Action<SinkOptions>? configure) =>
        AddSink(create, isOwned: true, typeName, configure);

    /// <summary>Reads from a source that is made from the host's services. For packages that bring a source.</summary>
    public CdcBuilder AddSource(Func<IServiceProvider, IChangeSource> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _registrations.Sources.Add(create);
        return this;
    }

    /// <summary>Reads from a source.</summary>
    public CdcBuilder From(IChangeSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return AddSource(_ => source);
    }

    /// <summary>Makes a model known that no handler names, so that the records of its table go to the sinks.</summary>
    public CdcBuilder Model<[CdcModelType] T>()
    {
        _registrations.AddModel(CdcModel.Get<T>());
        return this;
    }

    /// <summary>Makes a model known, for sinks that were told their models before.</summary>
    internal CdcBuilder Model(CdcModel model)
    {
        _registrations.AddModel(model);
        return this;
    }

    /// <summary>
    /// Binds a model to other table names than that of its annotation: exact ones, or patterns in which <c>*</c> stands for any characters (<c>prod-*</c>). They hold as they are,
    /// without <see cref="CdcOptions.TableNamePrefix"/>. An exact name goes before a pattern, a longer pattern before a shorter one.
    /// </summary>
    public CdcBuilder Table<[CdcModelType] T>(params ReadOnlySpan<string> names)
    {
        var model = CdcModel.Get<T>();
        _registrations.AddModel(model);
        if (!_registrations.TableNames.TryGetValue(typeof(T), out var bound))
        {
            _registrations.TableNames.Add(typeof(T), bound = []);
        }

        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            bound.Add(name);
        }

        return this;
    }

    /// <summary>Goes before the table name of every model that <see cref="Table{T}"/> does not bind.</summary>
    public CdcBuilder TableNamePrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Configure(options => options.TableNamePrefix = prefix);
    }

    /// <summary>What happens when a handler or sink fails, for all of them; each may say otherwise in its own options.</summary>
    public CdcBuilder OnFailure(Action<FailureOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _registrations.Failure.Add(configure);
        return this;
    }

    /// <summary>What is done about attributes that no member maps.</summary>
    public CdcBuilder OnUnmapped(UnmappedAttributes action) => Configure(options => options.OnUnmapped = action);

    /// <summary>What happens to items whose key nearly matches a key pattern: all its literals, but a part that another writer spells differently (<c>CUSTOMER#007</c>).</summary>
    public CdcBuilder OnKeyMismatch(KeyMismatches action) => Configure(options => options.OnKeyMismatch = action);

    /// <summary>Lets logs and exceptions show attribute values and keys.</summary>
    public CdcBuilder EnableSensitiveData(bool enable = true) => Configure(options => options.EnableSensitiveData = enable);

    /// <summary>Keeps what cannot be delivered in a file of JSON lines, for its owner only.</summary>
    public CdcBuilder DeadLettersToFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return DeadLettersTo(_ => new JsonLinesDeadLetterStore(path));
    }

    /// <summary>Keeps what cannot be delivered in a store of your own.</summary>
    public CdcBuilder DeadLettersTo(IDeadLetterStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        DeadLettersTo(_ => store);
        _registrations.OwnsDeadLetters = false;
        return this;
    }

    /// <summary>Keeps what cannot be delivered in a store that is made from the host's services, and disposed when delivery has ended.</summary>
    public CdcBuilder DeadLettersTo(Func<IServiceProvider, IDeadLetterStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _registrations.DeadLetters = create;
        _registrations.OwnsDeadLetters = true;
        return this;
    }

    // Options are made when everything is said, so that OnFailure holds wherever in the list it stands.
    private Lazy<TOptions> Options<TOptions>(Action<TOptions>? configure, Func<TOptions, FailureOptions> failureOf)
        where TOptions : new() => new(() =>
    {
        var options = new TOptions();
        _registrations.Failure.ForEach(failure => failure(failureOf(options)));
        configure?.Invoke(options);
        return options;
    });

    private CdcBuilder AddSink<[CdcModelType] T>(Func<IServiceProvider, ISink<T>> create, bool isOwned, string typeName, Action<SinkOptions>? configure)
    {
        var model = CdcModel.Get<T>();
        _registrations.AddModel(model);
        var options = Options(configure, options => options.Failure);
        _registrations.Subscribers.Add(new(() => options.Value.Name, typeName, (reader, name) => reader.Apply(name, options.Value), (services, name, transforms) =>
        {
            options.Value.Validate(name);
            return new TypedSinkSubscriber<T>(name, create(services), options.Value, model, transforms.Of<T>(), isOwned);
        }));
        return this;
    }

    private CdcBuilder AddSink(Func<IServiceProvider, ISink> create, bool isOwned, string typeName, Action<SinkOptions>? configure)
    {
        var options = Options(configure, options => options.Failure);
        _registrations.Subscribers.Add(new(() => options.Value.Name, typeName, (reader, name) => reader.Apply(name, options.Value), (services, name, transforms) =>
        {
            options.Value.Validate(name);
            return new RawSinkSubscriber(name, create(services), options.Value, transforms.All, isOwned);
        }));
        return this;
    }
}
