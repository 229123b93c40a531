namespace TypedCdc.Sources;

/// <summary>Where change records come from: a stream, files, a scan.</summary>
public interface IChangeSource
{
    /// <summary>The source's name in logs, metrics and checkpoints: the stream's name, the file pattern.</summary>
    string Name { get; }

    /// <summary>
    /// Reads until the input ends or the token is cancelled. Before it returns it has drained and closed every shard that it opened, and its
    /// checkpoints are stored.
    /// </summary>
    Task RunAsync(ISourceContext context, CancellationToken cancellationToken);
}
