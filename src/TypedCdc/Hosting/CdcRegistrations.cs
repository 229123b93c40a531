using TypedCdc.DeadLetters;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Sources;
using TypedCdc.Transforms;

namespace TypedCdc.Hosting;

/// <summary>What <see cref="CdcBuilder"/> collected, until the container is there and it can be made.</summary>
internal sealed class CdcRegistrations
{
    internal List<Action<CdcOptions>> Configure { get; } = [];

    internal List<Func<IServiceProvider, IChangeSource>> Sources { get; } = [];

    internal List<SubscriberRegistration> Subscribers { get; } = [];

    internal List<CdcModel> Models { get; } = [];

    internal Dictionary<Type, List<string>> TableNames { get; } = [];

    /// <summary>By model type: what makes its chain of transforms.</summary>
    internal Dictionary<Type, Func<IServiceProvider, ITransformChain>> Transforms { get; } = [];

    internal List<Action<FailureOptions>> Failure { get; } = [];

    internal Func<IServiceProvider, IDeadLetterStore>? DeadLetters { get; set; }

    /// <summary>The store is made for one run, and disposed with it.</summary>
    internal bool OwnsDeadLetters { get; set; }

    internal void AddModel(CdcModel model)
    {
        if (!Models.Contains(model))
        {
            Models.Add(model);
        }
    }
}

/// <summary>A handler or sink to be made.</summary>
/// <param name="Name">The name that the user gave it; null for the type's.</param>
/// <param name="TypeName">The type's name.</param>
/// <param name="Configure">Gives its options what the configuration says of this name.</param>
/// <param name="Create">Makes it, under its final name.</param>
internal sealed record SubscriberRegistration(
    Func<string?> Name, string TypeName, Action<ConfigurationReader, string> Configure, Func<IServiceProvider, string, TransformChains, Subscriber> Create);

/// <summary>The chains of transforms of one run, made once each.</summary>
internal sealed class TransformChains(IReadOnlyList<ITransformChain> all)
{
    internal IReadOnlyList<ITransformChain> All { get; } = all;

    internal TransformChain<T>? Of<T>() => All.OfType<TransformChain<T>>().FirstOrDefault();
}
