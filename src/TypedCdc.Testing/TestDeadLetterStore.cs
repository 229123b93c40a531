namespace TypedCdc.Testing;

/// <summary>Keeps dead letters in memory.</summary>
public sealed class TestDeadLetterStore : IDeadLetterStore
{
    private readonly Lock _gate = new();
    private readonly List<DeadLetter> _letters = [];

    /// <summary>While true, the store fails, and delivery behind a dead letter waits.</summary>
    public bool IsDown { get; set; }

    /// <summary>What was stored, in order.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters
    {
        get
        {
            lock (_gate)
            {
                return [.. _letters];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            throw new IOException("The test's dead-letter store is down.");
        }

        lock (_gate)
        {
            // The payload belongs to the source only until now.
            _letters.AddRange(deadLetters.Select(letter => letter with { Payload = letter.Payload.ToArray() }));
        }

        return default;
    }
}
