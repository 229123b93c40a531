using System.Globalization;
using System.Runtime.CompilerServices;
using TypedCdc.DeadLetters;

namespace TypedCdc.Testing;

/// <summary>Keeps dead letters in memory, each time that a record fails.</summary>
public sealed class TestDeadLetterStore : IDeadLetterArchive
{
    private readonly Lock _gate = new();
    private readonly List<(int Number, DeadLetter Letter)> _letters = [];
    private int _number;

    /// <summary>While true, the store fails, and delivery behind a dead letter waits.</summary>
    public bool IsDown { get; set; }

    /// <summary>What was stored and not delivered again, in order.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters
    {
        get
        {
            lock (_gate)
            {
                return [.. _letters.Select(entry => entry.Letter)];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        lock (_gate)
        {
            // The payload belongs to the source only until now.
            _letters.AddRange(deadLetters.Select(letter => (++_number, letter with { Payload = letter.Payload.ToArray() })));
        }

        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        ThrowIfDown();
        (int Number, DeadLetter Letter)[] letters;
        lock (_gate)
        {
            letters = [.. _letters];
        }

        // A parent shard's numbers are below its children's.
        foreach (var (number, letter) in letters
            .Where(entry => (query.Application is null || entry.Letter.Application == query.Application) && (query.Subscriber is null || entry.Letter.Subscriber == query.Subscriber)
                && (query.TableName is null || entry.Letter.TableName == query.TableName))
            .GroupBy(entry => entry.Letter.Position.Shard)
            .OrderBy(shard => shard.Min(entry => entry.Letter.Position.SequenceNumber))
            .SelectMany(shard => shard.OrderBy(entry => entry.Letter.Position.SequenceNumber).ThenBy(entry => entry.Number)))
        {
            yield return new()
            {
                Id = number.ToString(CultureInfo.InvariantCulture),
                Letter = query.WithoutPayload ? letter with { Payload = default } : letter,
                FirstTime = letter.Time,
                Times = 1,
            };
        }
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(IReadOnlyList<StoredDeadLetter> letters, bool keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letters);
        ThrowIfDown();
        var settled = letters.Select(letter => int.Parse(letter.Id, CultureInfo.InvariantCulture)).ToHashSet();
        lock (_gate)
        {
            _letters.RemoveAll(entry => settled.Contains(entry.Number)); // one that failed again has a number of its own
        }

        return default;
    }

    private void ThrowIfDown()
    {
        if (IsDown)
        {
            throw new IOException("The test's dead-letter store is down.");
        }
    }
}
