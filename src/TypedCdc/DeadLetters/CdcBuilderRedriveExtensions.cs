using TypedCdc.DeadLetters;

namespace TypedCdc;

/// <summary>Delivers dead letters again.</summary>
public static class CdcBuilderRedriveExtensions
{
    /// <summary>
    /// Delivers the dead letters of a file again, after the mistake is mended: each to the handler or sink that could not take it, and to no other. They come at the positions
    /// that they had and in their order, so that a sink whose rows carry versions keeps what is newer; a handler sees an older change after newer ones, and is to look at
    /// <see cref="Change{T}.Timestamp"/> where that matters. What fails again becomes a new dead letter.
    /// </summary>
    /// <param name="cdc">The builder.</param>
    /// <param name="path">The file that <see cref="CdcBuilder.DeadLettersToFile"/> names.</param>
    /// <param name="configure">Sets options.</param>
    public static CdcBuilder FromDeadLetters(this CdcBuilder cdc, string path, Action<RedriveOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var options = new RedriveOptions();
        configure?.Invoke(options);
        return cdc.From(new DeadLetterSource(path, options));
    }

    /// <summary>
    /// Delivers the dead letters of a store again, after the mistake is mended: each to the handler or sink that could not take it, and to no other, at its old position and in the
    /// stream's order. What fails again stays in the store.
    /// </summary>
    /// <param name="cdc">The builder.</param>
    /// <param name="name">What the store is called in logs; never a connection string.</param>
    /// <param name="open">Opens the store; it is disposed when everything was delivered.</param>
    /// <param name="configure">Sets options.</param>
    public static CdcBuilder FromDeadLetters(this CdcBuilder cdc, string name, Func<IServiceProvider, IDeadLetterArchive> open, Action<RedriveOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(open);
        var options = new RedriveOptions();
        configure?.Invoke(options);
        return cdc.AddSource(services => new ArchiveSource(name, () => open(services), options));
    }
}
